import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, type RunningEngine, shown } from './engine.ts';
import type { Guard } from './guarded.ts';
import type { ProcessIdentity } from './identity.ts';
import { EngineFailed, portBusy, unusableEndpoint } from './missing.ts';
import { freePort, isFree, wellKnownPort } from './ports.ts';
import type { Toolbox } from './toolbox.ts';

interface OwnStart {
  readonly ports: 'free' | 'well-known';
  readonly tools: Toolbox;
  readonly guard: Guard;
  readonly signal: AbortSignal;
  readonly onSpawn: (engine: RunningEngine, identity: ProcessIdentity) => Promise<void>;
}

const POLL_MS = 50;
/** Far above the 5 s that the slowest takes, for machines that are busy with something else. */
const READY_MS_MAX = 120_000;
const TRIES_MAX = 3;

/** The engine whose address the environment gives, if it does. */
export async function fromEnvironment(engine: Engine): Promise<RunningEngine | undefined> {
  const address = process.env[engine.variable];
  if (address === undefined || address === '') return undefined;
  try {
    await engine.ping(address);
  } catch (error) {
    throw unusableEndpoint(engine, address, error);
  }
  const { port } = engine.endpointOf(address);
  return { name: engine.name, origin: 'environment', address, port };
}

/** The engine on the well-known port, if somebody has started one. */
export async function alreadyUp(engine: Engine): Promise<RunningEngine | undefined> {
  const port = wellKnownPort(engine);
  const address = engine.address(port);
  try {
    await engine.ping(address);
  } catch {
    return undefined;
  }
  return { name: engine.name, origin: 'already-up', address, port };
}

/** Starts an engine of our own, on its well-known port or on one that nobody uses. */
export async function startOwn(
  engine: Engine,
  { ports, tools, guard, signal, onSpawn }: OwnStart,
): Promise<RunningEngine> {
  const fixedPort = ports === 'well-known' ? wellKnownPort(engine) : undefined;
  if (fixedPort !== undefined && !(await isFree(fixedPort))) throw portBusy(engine, fixedPort);
  await mkdir(tools.dataDir, { recursive: true });
  tools.say('preparing');
  const commandFor = await engine.prepare(tools);
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    const port = fixedPort ?? (await freePort());
    const [address, logFile] = [engine.address(port), tools.logFile()];
    tools.say('starting');
    const program = await guard.start(await commandFor(port), logFile, true);
    const { name } = engine;
    const { pid } = program.process;
    const own = { name, origin: 'started', address, port, pid, logFile } as const;
    await onSpawn(own, program.process);
    const failure = await untilReady(engine, address, program.ended, signal);
    if (failure === undefined) {
      tools.say('ready', shown(address));
      return own;
    }
    const error = new EngineFailed(engine.title, failure, logFile);
    // Between our look at a free port and the engine's, another process can take it.
    if (fixedPort !== undefined || !error.portTaken || tries === TRIES_MAX) throw error;
  }
}

/** Waits for the engine's first good answer; says what came instead. */
async function untilReady(
  engine: Engine,
  address: string,
  ended: Promise<{ how: string }>,
  signal: AbortSignal,
): Promise<string | undefined> {
  let end: string | undefined;
  void ended.then(({ how }) => (end = how));
  const untilMs = performance.now() + READY_MS_MAX;
  for (;;) {
    signal.throwIfAborted();
    const answer = await engine.ready(address).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (end !== undefined) return `it ended with ${end}`;
    if (answer === undefined) return undefined;
    if (performance.now() > untilMs)
      return `no good answer in ${READY_MS_MAX / 1000} s (${answer})`;
    await sleep(POLL_MS, undefined, { signal });
  }
}
