import type { Engines } from '../localstack/engines/index.ts';

/** Sends a signal to the process of the first of these engines, which must be the test's own. */
export function signalTo(engines: Pick<Engines, 'engines'>, name: 'SIGSTOP' | 'SIGCONT'): void {
  const pid = engines.engines[0]?.pid;
  if (pid === undefined) throw new Error('the engine has no process of ours');
  process.kill(pid, name);
}

/** Lets an engine stand still for the time: it holds its connections, and answers nothing. */
export async function frozen<T>(
  engines: Pick<Engines, 'engines'>,
  during: () => Promise<T>,
): Promise<T> {
  signalTo(engines, 'SIGSTOP');
  try {
    return await during();
  } finally {
    signalTo(engines, 'SIGCONT');
  }
}
