import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The kernel's start time of the process; absent where there is no /proc. */
  readonly startedTicks?: string;
}

/** Takes down who a process is, while it is known to live. */
export function identify(pid: number): ProcessIdentity {
  const startedTicks = statOf(pid)?.startedTicks;
  return startedTicks === undefined ? { pid } : { pid, startedTicks };
}

/** Whether it is still the same process, and running: one that only waits to be reaped is not. */
export function isAlive({ pid, startedTicks }: ProcessIdentity): boolean {
  if (!answersSignals(pid)) return false;
  const stat = statOf(pid);
  if (stat === undefined) return startedTicks === undefined;
  return !/[ZX]/.test(stat.state) && (startedTicks ?? stat.startedTicks) === stat.startedTicks;
}

/**
 * Kills what is left of a process group whose leader nobody watches any more.
 *
 * Without a start time nobody can say whose pid it is by now, and nothing is done.
 */
export function killLeftover(leader: ProcessIdentity): void {
  if (leader.startedTicks === undefined || !isAlive(leader)) return;
  signalGroup(leader.pid, 'SIGKILL');
}

/** Signals a process and all that it started, if any of them is left. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leaderPid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

/** The resident memory of a process, where /proc tells it. */
export function memoryMb(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readProc(pid, 'status') ?? '')?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function statOf(pid: number): { state: string; startedTicks: string } | undefined {
  // The second field, the program's name, may hold spaces and parentheses: count from its end.
  const fields = readProc(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ');
  const [state, startedTicks] = [fields?.[0], fields?.[19]];
  return state === undefined || startedTicks === undefined ? undefined : { state, startedTicks };
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
