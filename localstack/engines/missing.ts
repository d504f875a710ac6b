import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Engine, shown } from './engine.ts';

const DOCKER = '`docker compose up -d --wait`';

/** Something that an engine needs is not here; the message is one sentence with two ways out. */
export class EngineMissing extends Error {
  override readonly name = 'EngineMissing';

  readonly logFile: string | undefined;

  constructor(
    what: string,
    wayOut: string,
    more: { otherWayOut?: string; logFile?: string; cause?: unknown } = {},
  ) {
    const { otherWayOut = `run ${DOCKER}`, logFile, cause } = more;
    super(`${what}: ${wayOut}, or ${otherWayOut}.`, { cause });
    this.logFile = logFile;
  }
}

/** An engine's program ended, or kept silent, before it could be used. */
export class EngineFailed extends Error {
  override readonly name = 'EngineFailed';
  readonly logFile: string;
  readonly portTaken: boolean;

  constructor(title: string, what: string, logFile: string) {
    const tail = lastLines(logFile);
    super(`${title} did not start: ${what}. ${named(logFile)} ends with:\n${tail}`);
    this.logFile = logFile;
    this.portTaken = /address (is )?already in use/i.test(tail);
  }
}

/** The engine whose address the environment gives does not answer. */
export function unusableEndpoint(engine: Engine, address: string, cause: unknown): EngineMissing {
  return new EngineMissing(
    `${engine.variable} names ${shown(address)}, which cannot be used (${reason(cause)})`,
    `unset it to have ${engine.title} started for you`,
    { otherWayOut: `run ${DOCKER} and set it to ${engine.address(engine.portDefault)}`, cause },
  );
}

/** A well-known port is in other hands. */
export function portBusy(engine: Engine, port: number): EngineMissing {
  return new EngineMissing(
    `Port ${port}, meant for ${engine.title}, is taken by something else`,
    `free it or choose another with ${engine.portVariable}`,
    { otherWayOut: `run ${DOCKER} with that variable set` },
  );
}

/** The network or a registry failed us. */
export function downloadFailed(title: string, logFile: string): EngineMissing {
  return new EngineMissing(
    `${title} could not be downloaded (see ${named(logFile)})`,
    'check the network and try again',
    { logFile },
  );
}

/** Node leaves the message empty when several addresses of one host all refused. */
function reason(cause: unknown): string {
  const { message, code } = cause as NodeJS.ErrnoException;
  return message || (code ?? String(cause));
}

function named(file: string): string {
  return relative(process.cwd(), file);
}

function lastLines(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12);
    return lines.map((line) => `  ${line.slice(0, 300)}`).join('\n');
  } catch {
    return '  (no log was written)';
  }
}
