import { afterEach, describe, expect, it } from '@jest/globals';
import { type Run, runOnce } from '../../../../bench/race/run.ts';
import { type Fault, FakeShop } from './fake-shop.ts';

describe('a run of five orders on three units', () => {
  let shop: FakeShop | undefined;
  afterEach(() => shop?.close());

  let seen = 0;
  async function race(fault: Fault, concurrency = 5): Promise<Run> {
    shop = new FakeShop(fault);
    const url = await shop.open();
    const shoppers = ['ann', 'bob', 'cy', 'dee', 'eve'].map((token) => ({ token }));
    seen = 0;
    const onAccepted = (): number => seen++;
    const order = { strategy: 'conditional-write', sku: 'tee', units: 3 } as const;
    return runOnce({ url, shoppers, concurrency, onAccepted, redisCalls: undefined, ...order });
  }

  it('tells what an honest shop sold', async () => {
    const run = await race('never');
    expect(run).toMatchObject({ accepted: 3, refused: 2, other: 0, unitsLeft: 0, breaches: [] });
    expect(run.latenciesMs).toHaveLength(5);
    expect(run.wallMs).toBeGreaterThanOrEqual(Math.max(...run.latenciesMs));
    expect(run.costs).toEqual([]);
    expect(seen).toBe(3);
  });

  it('sends them one after another if told so', async () => {
    const run = await race('never', 1);
    expect(run).toMatchObject({ accepted: 3, refused: 2, breaches: [] });
    expect(run.wallMs).toBeGreaterThanOrEqual(run.latenciesMs.reduce((sum, ms) => sum + ms, 0));
  });

  it('finds a shop out that oversells', async () => {
    const { breaches } = await race('oversells');
    expect(breaches).toContain('oversold: 5 orders accepted on 3 units');
  });

  it('finds a shop out that keeps no order of what it sold', async () => {
    const { breaches } = await race('forgets orders');
    expect(breaches).toHaveLength(3);
    expect(breaches[0]).toBe("accepted order ord_0 can't be read by its owner: 404");
  });

  it('finds a shop out that turns shoppers away from a full shelf', async () => {
    const { breaches } = await race('refuses everybody');
    expect(breaches).toEqual(['false refusals: 5 orders refused with 3 units left']);
  });

  it('shows answers that did not come, and blames nobody for them', async () => {
    const run = await race('hangs up');
    expect(run).toMatchObject({ accepted: 0, refused: 0, other: 5, unitsLeft: 3, breaches: [] });
    expect([...run.others.keys()]).toEqual(['no answer: socket hang up']);
    expect([...run.others.values()][0]?.count).toBe(5);
  });
});
