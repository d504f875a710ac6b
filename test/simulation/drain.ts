import { type Sent, isDecided } from './history.ts';
import { identityOf, type Operation, requestOf } from './operation.ts';
import type { World } from './world.ts';
import { effectsIn } from './store.ts';

/** Asking what is known already proves little each time, and seeds are many. */
const REPEATED_SHARE = 0.3;

/**
 * Asks once more when all is calm: whatever no answer decided, and some of what took effect, which
 * must be told again as it was told. Balances are read too.
 */
export async function drain(world: World): Promise<readonly Sent[]> {
  const { scheduler, sent } = world;
  const first = sent.length;
  for (const [i, operation] of openQuestions(world).entries()) {
    const task = { name: `drain${i + 1}` };
    scheduler.spawn(task, 'settles', async () => {
      await world.request(operation);
    });
    await scheduler.run();
  }
  return sent.slice(first);
}

function openQuestions({ sent, beginning, random }: World): Operation[] {
  const effective = new Set<string>(effectsIn(beginning.tables).map((effect) => effect.requestId));
  const keyed = sent.filter(({ operation }) => operation.key !== undefined);
  const questions = Map.groupBy(
    keyed,
    ({ operation }) => `${identityOf(operation)} ${requestOf(operation)}`,
  );
  const open = [...questions.values()].filter((same) => {
    const settled = same.some(({ told }) => isDecided(told));
    return !settled || (same.some(({ id }) => effective.has(id)) && random.chance(REPEATED_SHARE));
  });
  const reads: Operation[] = [{ route: 'getBalance', user: random.pick(beginning.users) }];
  return [
    ...open.flatMap(([first]) => (first === undefined ? [] : [first.operation])),
    ...(random.chance(REPEATED_SHARE) ? reads : []),
  ];
}
