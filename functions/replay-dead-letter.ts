import { problem } from '../lib/http/problems.ts';
import { json } from '../lib/http/reply.ts';
import { routes } from '../lib/http/routes.ts';
import { handle } from '../lib/runtime/edge.ts';
import { replaying } from '../lib/runtime/replaying.ts';
import { replayDeadLetter } from '../lib/usecases/replay-dead-letter.ts';

/** Publishes a record that was given up once more; what comes of it is decided by its readers. */
export const handler = handle(routes.replayDeadLetter, async ({ patience, param }) => {
  const outcome = await replayDeadLetter(replaying, param('deadLetterId'), patience);
  switch (outcome.kind) {
    case 'replayed': {
      const { letter, place, replayedAt } = outcome;
      const { deadLetterId, topic } = letter;
      return json(202, { deadLetterId, replayedAt, record: { topic, ...place } });
    }
    case 'unknown':
      return problem('dead-letter-not-found');
  }
});
