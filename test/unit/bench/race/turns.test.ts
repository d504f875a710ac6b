import { expect, it } from '@jest/globals';
import { Turns } from '../../../../bench/race/turns.ts';

/** Lets go on whoever may. */
const settle = () => new Promise(setImmediate);

it('lets only the first look again and again, and those behind it once it was decided', async () => {
  const turns = new Turns();
  const looked: string[] = [];
  const join = (name: string, offset: number, partition = 0) => {
    const turn = turns.join({ partition, offset });
    const look = () => turn.toLook().then(() => looked.push(name));
    return { look, over: turn.over };
  };
  // They join as they are acknowledged, which is not their order.
  const [second, first, other] = [join('second', 8), join('first', 7), join('other', 3, 1)];
  await first.look();
  await first.look();
  await other.look();
  expect(looked).toEqual(['first', 'first', 'other']);

  // The second looked once, while it was first; from then on it waits.
  await second.look();
  const again = second.look();
  await settle();
  expect(looked).toEqual(['first', 'first', 'other', 'second']);
  first.over();
  await again;
  expect(looked.at(-1)).toBe('second');
});

it('looks again where the one before was decided during a look', async () => {
  const turns = new Turns();
  const [first, second] = [1, 2].map((offset) => turns.join({ partition: 0, offset }));
  first?.over();
  let looks = 0;
  for (; looks < 3; looks += 1) await second?.toLook();
  expect(looks).toBe(3);
});
