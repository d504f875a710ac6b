import { afterEach, describe, expect, it } from '@jest/globals';
import { memoryShop } from '../../../lib/adapters/memory/shop.ts';
import { connect } from '../../../lib/adapters/redis/client.ts';
import { decisionCodec, placementCodec } from '../../../lib/adapters/redis/codec.ts';
import { RedisCombiner } from '../../../lib/adapters/redis/combiner.ts';
import { Mailbox } from '../../../lib/adapters/redis/mailbox.ts';
import type { Fence, Sku, UserId } from '../../../lib/domain/ids.ts';
import { orderIdOf } from '../../../lib/domain/ids.ts';
import { pendingOrder } from '../../../lib/domain/order.ts';
import { Patience } from '../../../lib/domain/patience.ts';
import type { Decision, Placement } from '../../../lib/domain/placement.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import type { StrategyOutcome } from '../../../lib/ports/strategy.ts';
import type { Combiner } from '../../../lib/ports/combiner.ts';
import type { Stock } from '../../../lib/ports/stock.ts';
import { systemClock, systemTimer } from '../../../lib/runtime/clock.ts';
import { redisCombining } from '../../../lib/strategies/redis-combining.ts';
import {
  BenchShop,
  freshRequest,
  freshToken,
  memoryLocks,
  RESERVATION_MS,
  tally,
  times,
} from '../../contract/bench-shop.ts';
import { ledgerContract } from '../../contract/ledger-contract.ts';
import { storeContract } from '../../contract/store-contract.ts';
import { moment } from './combiner-rig.ts';

const url = process.env['REDIS_URL'] ?? '';
const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

function newCombiner(): Combiner<Placement, Decision> {
  const connection = connect(url, systemTimer);
  const mailbox = new Mailbox(url, systemTimer);
  opened.push(() => {
    connection.redis.disconnect();
    mailbox.close();
  });
  const redis = { connection, mailbox, clock: systemClock };
  return new RedisCombiner(redis, { entry: placementCodec, outcome: decisionCodec });
}

/** Processes of one shop, each with a combiner of its own. */
function shops(count: number, ports = memoryShop()): [BenchShop, ...BenchShop[]] {
  const open = () => {
    const shop = new BenchShop(ports, { ...memoryLocks(), combiner: newCombiner() });
    shop.strategy = 'redis-combining';
    return shop;
  };
  return [open(), ...times(count - 1, open)];
}

/** A store that takes its time, and whose groups can be counted. */
function slow(stock: Stock): { stock: Stock; sizes: number[] } {
  const sizes: number[] = [];
  const placeMany: Stock['placeMany'] = async (plan) => {
    sizes.push(plan.accepted.length + plan.refused.length);
    await moment(5);
    return stock.placeMany(plan);
  };
  return { stock: { ...stock, placeMany }, sizes };
}

describe('the promises with a combiner on Redis', () => {
  it.each([...storeContract, ...ledgerContract])('$name', async ({ run }) => {
    await run(shops(1)[0]);
  });
});

it('30 orders on 20 units, from 3 processes: 20 placed, 10 refused, in few transactions', async () => {
  const ports = memoryShop();
  const { stock, sizes } = slow(ports.stock);
  const three = shops(3, { ...ports, stock });
  const sku = await three[0].stocked('shoe', 20);
  await Promise.all(three.map((shop) => shop.place([[sku, 99]])));
  sizes.length = 0;
  const crowd = times(30, (i) => (three[i % 3] ?? three[0]).place([[sku, 1]]));
  expect(tally(await Promise.all(crowd))).toEqual({ placed: 20, insufficient: 10 });
  expect(await three[0].left(sku)).toBe(0);
  expect(sizes.length).toBeLessThan(10);
});

it('30 orders on 20 units, each sent twice at once: 20 placed, 20 replayed, 20 refused', async () => {
  const ports = memoryShop();
  const two = shops(2, { ...ports, stock: slow(ports.stock).stock });
  const sku = await two[0].stocked('shoe', 20);
  const tokens = times(30, () => freshToken());
  const crowd = tokens.flatMap((token) => two.map((shop) => shop.place([[sku, 1]], { token })));
  expect(tally(await Promise.all(crowd))).toEqual({ placed: 20, replayed: 20, insufficient: 20 });
  expect(await two[0].left(sku)).toBe(0);
});

/** The strategy on a store of its own, with patience by the real clock. */
class Bench {
  readonly sku: Sku;
  readonly #ports: ReturnType<typeof memoryShop>;
  readonly #shop: BenchShop;

  private constructor(ports: ReturnType<typeof memoryShop>, shop: BenchShop, sku: Sku) {
    this.#ports = ports;
    this.#shop = shop;
    this.sku = sku;
  }

  static async stocked(units: number): Promise<Bench> {
    const ports = memoryShop();
    const shop = new BenchShop(ports);
    return new Bench(ports, shop, await shop.stocked('shoe', units, 100, 'redis-combining'));
  }

  get stock(): Stock {
    return this.#ports.stock;
  }

  left(): Promise<number | undefined> {
    return this.#shop.left(this.sku);
  }

  restock(units: number): Promise<unknown> {
    return this.#shop.adjust(this.sku, units);
  }

  async placement(): Promise<Placement> {
    const offers = await this.#ports.catalogue.find([this.sku]);
    const order = pendingOrder({
      orderId: orderIdOf(freshToken()),
      lines: [{ sku: this.sku, quantity: 1 }],
      offers: new Map(offers.map((offer) => [offer.sku, offer])),
      currency: 'KRW',
      nowMs: this.#shop.nowMs,
      reservationMs: RESERVATION_MS,
    });
    return {
      userId: 'ann' as UserId,
      requestId: freshRequest(),
      fingerprint: order.orderId,
      order,
      versions: new Map(offers.map((offer) => [offer.sku, offer.catalogueVersion])),
    };
  }

  async place(
    combiner: Combiner<Placement, Decision>,
    waitMs = 20_000,
    stock: Partial<Stock> = {},
  ): Promise<StrategyOutcome> {
    const limits = { deadlineMs: Date.now() + waitMs, callMsMax: 1_000 };
    const strategy = redisCombining({ ...this.stock, ...stock }, combiner);
    return strategy(await this.placement(), new Patience(systemClock, limits));
  }
}

describe('the strategy', () => {
  it('goes on when a leader freezes before its commit; that one is told the truth later', async () => {
    const bench = await Bench.stocked(20);
    const [one, two] = [newCombiner(), newCombiner()];
    const thaw = Promise.withResolvers<undefined>();
    const began = Promise.withResolvers<undefined>();
    const placeMany: Stock['placeMany'] = async (plan) => {
      began.resolve(undefined);
      await thaw.promise;
      return bench.stock.placeMany(plan);
    };
    const frozen = bench.place(one, 20_000, { placeMany });
    await began.promise;
    const rest = await Promise.all(times(29, () => bench.place(two)));
    expect(tally(rest)).toEqual({ placed: 19, insufficient: 10 });
    expect(await bench.left()).toBe(0);
    thaw.resolve(undefined);
    expect((await frozen).kind).toBe('placed');
    expect(await bench.left()).toBe(0);
  });

  it('a refusal is true for good: a leader that wakes up after it places none of the refused', async () => {
    const bench = await Bench.stocked(0);
    const [one, two] = [newCombiner(), newCombiner()];
    const thaw = Promise.withResolvers<undefined>();
    const began = Promise.withResolvers<undefined>();
    const shelf: Stock['shelf'] = async (sku) => {
      began.resolve(undefined);
      await thaw.promise;
      return bench.stock.shelf(sku);
    };
    // The first leader holds the others up, so that the second has a batch.
    const first = Promise.withResolvers<undefined>();
    const leading = bench.place(two, 20_000, {
      shelf: async (sku) => {
        await first.promise;
        return bench.stock.shelf(sku);
      },
    });
    await moment();
    const frozen = bench.place(one, 20_000, { shelf });
    await moment();
    const all = times(5, () => bench.place(two));
    await moment();
    first.resolve(undefined);
    await began.promise;
    expect(tally(await Promise.all([leading, ...all]))).toEqual({ insufficient: 6 });
    await bench.restock(10);
    thaw.resolve(undefined);
    await frozen;
    expect(await bench.left()).toBeGreaterThanOrEqual(9);
  });

  it('finds what a leader committed that died before it told', async () => {
    const bench = await Bench.stocked(20);
    const [one, two] = [newCombiner(), newCombiner()];
    const began = Promise.withResolvers<undefined>();
    const silent: Stock['placeMany'] = async (plan) => {
      await bench.stock.placeMany(plan);
      began.resolve(undefined);
      return new Promise(() => undefined);
    };
    bench.place(one, 20_000, { placeMany: silent }).catch(() => undefined);
    await began.promise;
    expect(await bench.left()).toBe(19);
    expect(tally(await Promise.all(times(29, () => bench.place(two))))).toEqual({
      placed: 19,
      insufficient: 10,
    });
  });

  it('a leader’s time being up is not the others’', async () => {
    const bench = await Bench.stocked(20);
    const combiner = newCombiner();
    let busy = true;
    const placeMany: Stock['placeMany'] = async (plan) =>
      busy ? { kind: 'contended' } : bench.stock.placeMany(plan);
    const hasty = bench.place(combiner, 300, { placeMany });
    const patient = times(5, () => bench.place(combiner, 20_000, { placeMany }));
    expect((await hasty).kind).toBe('contended');
    busy = false;
    expect(tally(await Promise.all(patient))).toEqual({ placed: 5 });
  });

  it('places its order itself when its time is up and a leader has it', async () => {
    const bench = await Bench.stocked(20);
    const combiner = newCombiner();
    const { release, taken } = await inHandsOfAnother(bench, combiner);
    expect((await taken(1_600)).kind).toBe('placed');
    expect(await bench.left()).toBe(18);
    release();
  });

  it('never says contended of an order that a leader has', async () => {
    const bench = await Bench.stocked(20);
    const combiner = newCombiner();
    const { release, taken } = await inHandsOfAnother(bench, combiner);
    const busy = taken(1_600, { placeMany: async () => ({ kind: 'contended' }) });
    await expect(busy).rejects.toMatchObject({ engine: 'redis', fate: 'unknown' });
    release();
  });

  it('says contended of one that none was shown', async () => {
    const bench = await Bench.stocked(20);
    const combiner = newCombiner();
    const held = Promise.withResolvers<undefined>();
    const began = Promise.withResolvers<undefined>();
    const leading = bench.place(combiner, 20_000, {
      placeMany: async (plan) => {
        began.resolve(undefined);
        await held.promise;
        return bench.stock.placeMany(plan);
      },
    });
    await began.promise;
    expect(await bench.place(combiner, 1_200)).toEqual({ kind: 'contended' });
    held.resolve(undefined);
    expect((await leading).kind).toBe('placed');
    expect(await bench.left()).toBe(19);
  });

  it('learns the fence of a store that is ahead, all of a batch at once', async () => {
    const bench = await Bench.stocked(20);
    const ahead = ((Date.now() + 3_600_000) * 1_000) as Fence;
    const first = await bench.placement();
    expect((await bench.stock.place(first, { kind: 'fence', fence: ahead })).kind).toBe('placed');
    const combiner = newCombiner();
    const crowd = await Promise.all(times(30, () => bench.place(combiner)));
    expect(tally(crowd)).toEqual({ placed: 19, insufficient: 11 });
  });

  it('tells an outage of the store to all', async () => {
    const bench = await Bench.stocked(20);
    const combiner = newCombiner();
    const placeMany = () => Promise.reject(new Unavailable('dynamodb', 'unknown'));
    const startedMs = Date.now();
    const all = times(10, () => bench.place(combiner, 20_000, { placeMany }));
    for (const one of await Promise.allSettled(all)) {
      expect(one).toMatchObject({ status: 'rejected', reason: { engine: 'dynamodb' } });
    }
    expect(Date.now() - startedMs).toBeLessThan(3_000);
    expect(await bench.left()).toBe(20);
  });
});

/** A leader has committed one order, and holds a second one back; the second's owner is the caller. */
async function inHandsOfAnother(bench: Bench, combiner: Combiner<Placement, Decision>) {
  const first = Promise.withResolvers<undefined>();
  const second = Promise.withResolvers<undefined>();
  const [firstBegan, secondBegan] = [
    Promise.withResolvers<undefined>(),
    Promise.withResolvers<undefined>(),
  ];
  void bench.place(combiner, 20_000, {
    placeMany: async (plan) => {
      firstBegan.resolve(undefined);
      await first.promise;
      return bench.stock.placeMany(plan);
    },
  });
  await firstBegan.promise;
  bench
    .place(combiner, 20_000, {
      placeMany: async (plan) => {
        secondBegan.resolve(undefined);
        await second.promise;
        return bench.stock.placeMany(plan);
      },
    })
    .catch(() => undefined);
  await moment();
  const taken = async (waitMs: number, stock: Partial<Stock> = {}) => {
    const outcome = bench.place(combiner, waitMs, stock);
    outcome.catch(() => undefined);
    await moment();
    first.resolve(undefined);
    await secondBegan.promise;
    return outcome;
  };
  return {
    taken,
    release: () => {
      second.resolve(undefined);
    },
  };
}
