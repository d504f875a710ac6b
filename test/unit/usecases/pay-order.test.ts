import { beforeEach, expect, it } from '@jest/globals';
import { type MemoryTables, emptyTables, memoryShop } from '../../../lib/adapters/memory/shop.ts';
import type { OrderId, UserId } from '../../../lib/domain/ids.ts';
import { Patience } from '../../../lib/domain/patience.ts';
import { Unavailable } from '../../../lib/domain/unavailable.ts';
import type { Ledger } from '../../../lib/ports/ledger.ts';
import { payOrder } from '../../../lib/usecases/pay-order.ts';
import {
  BenchShop,
  freshRequest,
  freshToken,
  freshUser,
  RESERVATION_MS,
} from '../../contract/bench-shop.ts';

let tables: MemoryTables;
let shop: BenchShop;
let userId: string;
let orderId: OrderId;
beforeEach(async () => {
  tables = emptyTables();
  shop = new BenchShop(memoryShop(tables));
  userId = freshUser();
  const sku = await shop.stocked('shoe', 1, 100);
  ({ orderId } = await shop.place([[sku, 1]], { userId }));
  await shop.charge(userId, 100);
});

const paying = (ledger: Partial<Ledger>) => ({
  ...shop.ports,
  ledger: { ...shop.ports.ledger, ...ledger },
});

const command = () => ({
  ...{ userId: userId as UserId, orderId, token: freshToken() },
  ...{ requestId: freshRequest(), fingerprint: 'f' },
});

it('takes no balance for too low that was spent on this very order', async () => {
  const { ledger } = shop.ports;
  // The order was read, and then another request pays it, before the balance is read.
  const balance: Ledger['balance'] = async (of) => {
    await shop.pay(userId, orderId);
    return ledger.balance(of);
  };
  const outcome = await payOrder(paying({ balance }), command(), shop.patience());
  expect(outcome.kind).toBe('settled');
});

it('tells within 3 s that payments go unanswered, though all reads are answered', async () => {
  const startedMs = shop.nowMs;
  const timing = {
    nowMs: () => shop.nowMs,
    sleep: async (ms: number) => {
      shop.nowMs += ms;
    },
    random: () => 0.5,
  };
  const limits = { deadlineMs: startedMs + 20_000, callMsMax: 1_000 };
  const pay: Ledger['pay'] = async () => {
    shop.nowMs += 1_000;
    throw new Unavailable('dynamodb', 'unknown');
  };
  const patience = new Patience(timing, limits);
  await expect(payOrder(paying({ pay }), command(), patience)).rejects.toBeInstanceOf(Unavailable);
  expect(shop.nowMs - startedMs).toBeLessThan(3_000);
});

it('shuts a payment out that was in time and is still under way, before it calls it expired', async () => {
  const late: (() => Promise<unknown>)[] = [];
  const pay: Ledger['pay'] = async (payment) => {
    late.push(() => shop.ports.ledger.pay(payment));
    throw new Unavailable('dynamodb', 'unknown');
  };
  const asked = command();
  await expect(payOrder(paying({ pay }), asked, shop.patience())).rejects.toThrow();
  shop.nowMs += RESERVATION_MS;
  expect((await payOrder(shop.ports, asked, shop.patience())).kind).toBe('expired');
  for (const land of late) expect(await land()).toEqual({ kind: 'contended' });
  expect(late.length).toBeGreaterThan(0);
  expect((await shop.balance(userId)).balanceMinor).toBe(100);
  expect(tables.orders.get(orderId)?.order.status).toBe('EXPIRED');
});
