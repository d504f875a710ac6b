import { relative } from 'node:path';
import { ENGINE_NAMES, type Engine, shown } from './engine.ts';
import { isAlive, memoryMb } from './identity.ts';
import { ENGINES } from './index.ts';
import { isFree, wellKnownPort } from './ports.ts';
import { liveRuns, type Run } from './runs.ts';

/** One engine as `engines status` shows it. */
export interface EngineStatus {
  /** `shared` for the well-known ports, else the run that owns it. */
  readonly owner: string;
  readonly name: string;
  readonly address: string;
  /** `busy`: its process lives, or its port is taken, but no engine answers. */
  readonly state: 'up' | 'busy' | 'down';
  readonly pid?: number;
  readonly memoryMb?: number;
  readonly logFile?: string;
}

/** The engines on the well-known ports and those of every running owner. */
export async function engineStatus(): Promise<EngineStatus[]> {
  const runs = await liveRuns();
  const shared = ENGINE_NAMES.map(async (name) => sharedStatus(ENGINES[name], runs));
  const wellKnown = await Promise.all(shared);
  const addresses = new Set(wellKnown.map(({ address }) => address));
  const owned = runs.flatMap((run) =>
    run.engines
      .filter(({ address }) => !addresses.has(address))
      .map(async (engine) => ownStatus(run.id, engine)),
  );
  return [...wellKnown, ...(await Promise.all(owned))];
}

/** The same for people. */
export function statusTable(rows: readonly EngineStatus[]): string {
  const head = ['ENGINE', 'OWNER', 'ADDRESS', 'STATE', 'PID', 'MB', 'LOG'];
  const cells = rows.map((row) => [
    row.name,
    row.owner,
    row.address,
    row.state,
    String(row.pid ?? '-'),
    String(row.memoryMb ?? '-'),
    row.logFile === undefined ? '-' : relative(process.cwd(), row.logFile),
  ]);
  const table = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

async function sharedStatus(engine: Engine, runs: readonly Run[]): Promise<EngineStatus> {
  const port = wellKnownPort(engine);
  const address = engine.address(port);
  const own = runs.flatMap((run) => run.engines).find((running) => running.address === address);
  if (own !== undefined) return ownStatus('shared', own);
  const { name } = engine;
  const state = (await answers(engine, address)) ? 'up' : (await isFree(port)) ? 'down' : 'busy';
  return { owner: 'shared', name, address, state };
}

async function ownStatus(owner: string, own: Run['engines'][number]): Promise<EngineStatus> {
  const { name, address, pid, logFile } = own;
  const alive = isAlive(own.process);
  const state = !alive ? 'down' : (await answers(ENGINES[name], address)) ? 'up' : 'busy';
  const memory = alive && pid !== undefined ? memoryMb(pid) : undefined;
  return {
    owner,
    name,
    address: shown(address),
    state,
    ...(pid === undefined ? {} : { pid }),
    ...(memory === undefined ? {} : { memoryMb: memory }),
    ...(logFile === undefined ? {} : { logFile }),
  };
}

async function answers(engine: Engine, address: string): Promise<boolean> {
  return engine.ping(address).then(
    () => true,
    () => false,
  );
}
