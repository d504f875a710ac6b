import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { times, unitsLeft } from '../e2e/shop.ts';
import { LaneStage } from './lane-stage.ts';

/** The lane on a real broker, while its processes are killed and frozen. */

const placed = (n: number): string[] => Array<string>(n).fill('CONFIRMED');
const refused = (n: number): string[] => Array<string>(n).fill('REJECTED');
const decideAll = (
  stage: LaneStage,
  answers: readonly Parameters<LaneStage['decided']>[0][],
  url?: string,
) => Promise.all(answers.map((answer) => stage.decided(answer, url)));

describe('orders that queue', () => {
  let stage: LaneStage;
  beforeAll(async () => {
    stage = await LaneStage.open('lane-chaos');
  }, 120_000);
  afterAll(() => stage.close());

  it('are decided once though their consumer stands still past its session, and goes on', async () => {
    const sku = await stage.onSale(60);
    const first = await stage.queue(sku, 40);
    const { bridgePid } = stage;
    process.kill(bridgePid, 'SIGSTOP');
    const second = await stage.queue(sku, 60);
    // The broker's shortest session is 6 s: the group has lost its member by then.
    await sleep(9_000);
    process.kill(bridgePid, 'SIGCONT');
    expect([first.length, second.length]).toEqual([40, 60]);
    const told = await decideAll(stage, [...first, ...second]);
    expect(told).toEqual([...placed(60), ...refused(40)]);
    expect(await unitsLeft(stage.url, sku)).toBe(0);
  }, 120_000);

  it('are decided once though their consumer is killed in the middle', async () => {
    const sku = await stage.onSale(90);
    const selling = stage.queue(sku, 150);
    await sleep(150);
    process.kill(stage.bridgePid, 'SIGKILL');
    const answers = await selling;
    expect(answers).toHaveLength(150);
    expect(await decideAll(stage, answers)).toEqual([...placed(90), ...refused(60)]);
    expect(await unitsLeft(stage.url, sku)).toBe(0);
  }, 120_000);

  it('are all decided, once, though the broker is killed and started again in mid-sale', async () => {
    const sku = await stage.onSale(100);
    const keys = times(200, () => randomUUID());
    const asks = keys.map(async (key, n) => {
      await sleep(n * 10);
      return stage.ask(sku, key);
    });
    await sleep(700);
    const command = await stage.killBroker();
    await sleep(1_500);
    await stage.startBroker(command);
    const answers = await Promise.all(asks);
    const codes = new Set(answers.map(({ status }) => status));
    // Some met the outage, and were told so.
    expect([...codes].sort()).toEqual([202, 503]);
    const lost = keys.filter((_, n) => answers[n]?.status === 503);
    const acknowledged = answers.filter(({ status }) => status === 202);
    await decideAll(stage, acknowledged);
    // The same key later gives one order.
    const again = await Promise.all(lost.map((key) => stage.ask(sku, key)));
    const told = await decideAll(stage, [...acknowledged, ...again]);
    expect(told.filter((status) => status === 'CONFIRMED')).toHaveLength(100);
    expect(told).toHaveLength(200);
    expect(await unitsLeft(stage.url, sku)).toBe(0);
  }, 180_000);

  it('are all decided in their turn after the store was away for 20 tries', async () => {
    const sku = await stage.onSale(70);
    process.kill(stage.bridgePid, 'SIGSTOP');
    const answers = await stage.queue(sku, 120);
    expect(answers).toHaveLength(120);
    stage.gate.shut();
    process.kill(stage.bridgePid, 'SIGCONT');
    const before = await stage.failedBatches();
    const tries = async () => (await stage.failedBatches()) - before;
    const endMs = Date.now() + 200_000;
    while ((await tries()) < 20 && Date.now() < endMs) await sleep(500);
    expect(await tries()).toBeGreaterThanOrEqual(20);
    stage.gate.open();
    expect(await decideAll(stage, answers)).toEqual([...placed(70), ...refused(50)]);
    expect(await unitsLeft(stage.url, sku)).toBe(0);
  }, 300_000);

  it('are decided by another owner while theirs stands still, functions and all, and goes on', async () => {
    const skus = await Promise.all(times(6, () => stage.onSale(20)));
    const url = await stage.openSecond();
    const selling = skus.map((sku) => stage.queue(sku, 30, url));
    await sleep(60);
    stage.signalFirst('SIGSTOP');
    const answers = await Promise.all(selling);
    const told = await Promise.all(answers.map((queued) => decideAll(stage, queued, url)));
    stage.signalFirst('SIGCONT');
    // What it had in its hands lands now, or is turned away.
    await sleep(5_000);
    const again = await Promise.all(answers.map((queued) => decideAll(stage, queued, url)));
    expect(again).toEqual(told);
    expect(told).toEqual(skus.map(() => [...placed(20), ...refused(10)]));
    const left = await Promise.all(skus.map((sku) => unitsLeft(url, sku)));
    expect(left).toEqual(skus.map(() => 0));
  }, 180_000);
});
