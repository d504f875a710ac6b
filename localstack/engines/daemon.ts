import { join } from 'node:path';
import { RUNS } from './folders.ts';
import { DAEMON_LABEL, type DaemonMessage } from './daemon-protocol.ts';
import { ENGINE_NAMES } from './engine.ts';
import { startEngines } from './index.ts';
import { withLock } from './lock.ts';

/**
 * Owns the engines of `npm run engines -- start`: brings them up on the well-known ports, tells the command
 * that has started it how it goes, and stays until it is told to end.
 */

const abort = new AbortController();
let stop: (() => Promise<void>) | undefined;

process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('disconnect', () => {
  // Before the engines are up the starter was killed, and nobody would know of them.
  if (stop === undefined) end();
});

const lock = join(RUNS, 'start.lock');
try {
  const { signal } = abort;
  const engines = await withLock(lock, { signal, onWait }, async () =>
    startEngines({
      label: DAEMON_LABEL,
      ports: 'well-known',
      signal,
      onProgress: (progress) => {
        tell({ progress });
      },
    }),
  );
  stop = engines.stop;
  tell({ up: engines.engines });
  // Without an engine of its own it has nothing to stay for.
  if (engines.engines.some(({ origin }) => origin === 'started'))
    setInterval(() => undefined, 2 ** 30);
} catch (error) {
  if (!abort.signal.aborted)
    tell({ failed: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
process.channel?.unref();

function onWait(): void {
  for (const name of ENGINE_NAMES) {
    tell({ progress: { name, phase: 'waiting', detail: 'for another start' } });
  }
}

function end(): void {
  abort.abort();
  void stop?.().finally(() => process.exit());
}

function tell(message: DaemonMessage): void {
  if (process.connected) process.send?.(message);
}
