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
import type { LaneLog } from './lane-log.ts';
import { costIn, type Told, toldBy } from './told.ts';
import { settled, type Settled } from './turn.ts';
import { Turns } from './turns.ts';

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
  /** Tells what settling cost, if the shop is the race's own. */
  readonly laneLog?: LaneLog | undefined;
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
  /** Of the orders that queued. */
  readonly lane?: LaneRun;
  /** Commands that Redis ran for all orders together; undefined if that is not known. */
  readonly redisCalls: number | undefined;
  /** Answers that are neither yes nor no, by kind, with the body of one. */
  readonly others: ReadonlyMap<string, OtherAnswer>;
}

export interface LaneRun {
  /** From the first order sent to the last one acknowledged: the older study's way of measuring. */
  readonly publishMs: number;
  readonly orders: number;
  /** What deciding them cost, all together; undefined if that is not known. */
  readonly cost: Cost | undefined;
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
    const orders = answers.map((settled) => ({ ...settled, told: toldBy(settled.answer) }));
    const lane = await laneRunOf(answers, options.laneLog);
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
      // An order that queued has only half of its cost in its answer.
      costs:
        lane !== undefined && lane.cost === undefined
          ? []
          : answers.flatMap(({ answer }) => costIn(answer.costHeader) ?? []),
      ...(lane === undefined ? {} : { lane }),
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

async function laneRunOf(
  answers: readonly Settled[],
  log: LaneLog | undefined,
): Promise<LaneRun | undefined> {
  const places = answers.flatMap(({ queued }) => queued ?? []);
  if (places.length === 0) return undefined;
  const startMs = Math.min(...answers.map(({ answer }) => answer.sentAtMs));
  return {
    publishMs: Math.max(...places.map(({ publishedAtMs }) => publishedAtMs)) - startMs,
    orders: places.length,
    cost: await log?.costOf(places.length),
  };
}

/** Nothing is parsed here but tickets: the clock runs. */
async function crowd(
  connections: Connections,
  { sku, shoppers, concurrency, onAccepted }: RunOptions,
): Promise<readonly Settled[]> {
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }] });
  const orders = shoppers.map(({ token }) => ({ token, key: randomUUID(), body }));
  const turns = new Turns();
  return pLimit(concurrency).map(orders, async (order) => {
    const first = await connections.send({ route: 'POST /orders', ...order });
    const final = await settled(connections, turns, order.token, first);
    if (final.answer.status === 201) onAccepted();
    return final;
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
