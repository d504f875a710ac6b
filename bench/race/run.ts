import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { Cost } from '../../lib/ports/cost.ts';
import { putOnSale } from '../../localstack/shop/client.ts';
import { Connections, type RawAnswer } from './connections.ts';
import { gatherEvidence } from './evidence.ts';
import { breachesIn } from './law.ts';
import { type Racer, strategyOfRacer } from './racers.ts';
import type { RedisCalls } from './redis-calls.ts';
import type { Shopper } from './shoppers.ts';
import { costIn, type Told, toldBy } from './told.ts';

/** One run: a new product, a crowd, and the shop it goes to. */
export interface RunOptions {
  readonly url: string;
  readonly strategy: Racer;
  readonly sku: string;
  readonly units: number;
  /** Each orders one unit. */
  readonly shoppers: readonly Shopper[];
  readonly concurrency: number;
  readonly onAccepted: () => void;
  /** Counts what the shop's Redis does, if it is the race's own. */
  readonly redisCalls: RedisCalls | undefined;
}

/** What one run came to. */
export interface Run {
  readonly strategy: Racer;
  readonly accepted: number;
  readonly refused: number;
  readonly other: number;
  readonly unitsLeft: number;
  /** Empty if the law was kept. */
  readonly breaches: readonly string[];
  /** From the first order sent to the last final answer. */
  readonly wallMs: number;
  readonly latenciesMs: readonly number[];
  /** Of the orders whose answers showed it. */
  readonly costs: readonly Cost[];
  /** Commands that Redis ran for all orders together; undefined if that is not known. */
  readonly redisCalls: number | undefined;
  /** Answers that are neither yes nor no, by kind, with the body of one. */
  readonly others: ReadonlyMap<string, OtherAnswer>;
}

export interface OtherAnswer {
  readonly count: number;
  readonly text: string;
}

const PRICE_MINOR = 10_000;

/** Puts a new product on sale, lets the crowd order it, and checks the law when all is answered. */
export async function runOnce(options: RunOptions): Promise<Run> {
  const { url, strategy, sku, units, shoppers, concurrency } = options;
  const product = { sku, name: `Race ${sku}`, priceMinor: PRICE_MINOR, units };
  await putOnSale(url, { ...product, strategy: strategyOfRacer(strategy) });
  const connections = new Connections(url, concurrency);
  try {
    await connections.open();
    const callsBefore = await options.redisCalls?.count();
    const answers = await crowd(connections, options);
    const callsAfter = await options.redisCalls?.count();
    const orders = answers.map(({ token, answer }) => ({ token, answer, told: toldBy(answer) }));
    const sold = { sku, units, orders: shoppers.length };
    const evidence = await gatherEvidence(connections, sold, orders);
    return {
      strategy,
      accepted: evidence.sales.length,
      refused: evidence.refused,
      other: evidence.other,
      unitsLeft: evidence.availableUnits,
      breaches: breachesIn(evidence),
      wallMs:
        Math.max(...answers.map(({ answer }) => answer.endedAtMs)) -
        Math.min(...answers.map(({ answer }) => answer.sentAtMs)),
      latenciesMs: answers.map(({ answer }) => answer.endedAtMs - answer.sentAtMs),
      costs: answers.flatMap(({ answer }) => costIn(answer.costHeader) ?? []),
      redisCalls:
        callsBefore === undefined || callsAfter === undefined
          ? undefined
          : callsAfter - callsBefore,
      others: othersIn(orders),
    };
  } finally {
    connections.close();
  }
}

interface Answered {
  readonly token: string;
  readonly answer: RawAnswer;
}

/** Nothing is parsed here: the clock runs. */
async function crowd(
  connections: Connections,
  { sku, shoppers, concurrency, onAccepted }: RunOptions,
): Promise<readonly Answered[]> {
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
  const orders = shoppers.map(({ token }) => ({ token, key: randomUUID(), body }));
  return pLimit(concurrency).map(orders, async (order) => {
    const answer = await connections.send({ route: 'POST /orders', ...order });
    if (answer.status === 201) onAccepted();
    return { token: order.token, answer };
  });
}

function othersIn(
  orders: readonly { told: Told; answer: RawAnswer }[],
): ReadonlyMap<string, OtherAnswer> {
  const others = new Map<string, OtherAnswer>();
  for (const { told, answer } of orders) {
    if (told.kind !== 'other') continue;
    const { count, text } = others.get(told.name) ?? { count: 0, text: answer.text };
    others.set(told.name, { count: count + 1, text });
  }
  return others;
}
