import { openDesk } from './desk.ts';
import type { Driver } from './holding.ts';
import type { Fate, FromWorker, ToWorker, WorkerSettings } from './protocol.ts';

/**
 * One container of the shop: it places one order at a time, as it is told to, and says when it holds
 * a lock and is about to write, so that it can be killed or frozen at that very moment.
 */
const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings;

// Whoever started it is gone, however that ended.
process.on('disconnect', () => process.exit());

/** Resolves when it was handed to the system: a worker that is killed next has still said it. */
const tell = (message: FromWorker): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, () => {
      resolve();
    });
  });

let heard: (fate: Fate) => void = () => undefined;
const driver: Driver = {
  tell,
  fate: () =>
    new Promise((resolve) => {
      heard = resolve;
      void tell({ kind: 'holding' });
    }),
};
const desk = openDesk(settings, driver);

process.on('message', (message: ToWorker) => {
  if (message.kind === 'fate') {
    heard(message.fate);
    return;
  }
  desk.place(message.order, message.requestMsMax).then(
    (answer) => tell({ kind: 'answer', answer, atMs: Date.now(), lostReplies: desk.lostReplies() }),
    (error: unknown) => tell({ kind: 'bug', text: String((error as Error).stack) }),
  );
});
void tell({ kind: 'ready' });
