import { count } from './coverage.ts';
import { isDecided } from './history.ts';
import { ADMIN, type Operation, type Told } from './operation.ts';
import type { Task } from './scheduler.ts';
import { SKUS } from './store.ts';
import type { World } from './world.ts';

const TRIES_MAX = 4;
const LATER_MS = 11 * 60_000;
const RESTOCK_MS = 15 * 60_000;

/** What clients know in common: what was asked before, and which orders there are. */
interface Market {
  readonly asked: Operation[];
  readonly orders: { readonly orderId: string; readonly user: string }[];
  readonly wishes: readonly Wish[];
  keysDrawn: number;
}

/** Sets the clients of a world going; the scheduler decides when each of them acts. */
export function startClients(world: World): void {
  const { random, scheduler } = world;
  const { users } = world.beginning;
  const market: Market = { asked: [], orders: [], keysDrawn: 0, wishes: drawWishes(world) };
  const operations = random.between(4, 8);
  const spreadMs = random.pick([20, 2_000, 20_000]);
  // A second wave finds the holds of the first expired.
  const inWaves = random.pick([0, 0, 0.5]);
  for (let i = 0; i < operations; i += 1) {
    const task = { name: `client${i + 1}` };
    const startMs =
      scheduler.nowMs + random.below(spreadMs) + (random.chance(inWaves) ? LATER_MS : 0);
    const work = () => act(world, market, task, random.pick(users));
    scheduler.spawn(task, 'begins', work, startMs);
  }
  if (random.chance(0.6)) restockLater(world, market);
}

/** Units for what is still under way: an effect that was taken for lost may find them. */
function restockLater(world: World, market: Market): void {
  const { scheduler, beginning } = world;
  for (const sku of beginning.skus) {
    const task = { name: `restock ${sku}` };
    const body = { units: 9 };
    const restock = {
      route: 'adjustStock',
      user: ADMIN,
      sku,
      key: freshKey(market),
      body,
    } as const;
    const work = () => insist(world, market, task, restock);
    scheduler.spawn(task, 'restocks', work, scheduler.nowMs + RESTOCK_MS);
  }
}

/**
 * One operation, by one client, until it is decided. Perhaps it is sent twice at once, or with a
 * rival that asks for the same under another key; perhaps it is sent again later.
 */
async function act(world: World, market: Market, task: Task, user: string): Promise<void> {
  const { random, scheduler } = world;
  const operation = await chosen(world, market, task, user);
  market.asked.push(operation);
  const company = random.next();
  // An order is paid twice most likely by somebody who presses the button twice.
  const rivals = operation.route === 'payOrder' ? 0.5 : 0.15;
  if (company < 0.15 + rivals) {
    const twin = { name: `${task.name}+` };
    const isRival = operation.key !== undefined && company >= 0.15;
    const same = { ...operation, ...(isRival ? { key: freshKey(market) } : {}) };
    scheduler.spawn(twin, 'sends at once', () => insist(world, market, twin, same));
  }
  await insist(world, market, task, operation);
  if (!random.chance(0.2)) return;
  await scheduler.park(task, 'sends again', scheduler.nowMs + random.pick([0, 1_000, LATER_MS]));
  await insist(world, market, task, operation);
}

/** Sends until there is a decided answer, as often as a patient client would. */
async function insist(
  world: World,
  market: Market,
  task: Task,
  operation: Operation,
): Promise<void> {
  const { random, scheduler } = world;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const told = await heard(world, operation);
    if (isDecided(told)) {
      learn(market, operation, told);
      return;
    }
    const waitMs = random.chance(0.1) ? LATER_MS : random.below(2_000);
    await scheduler.park(task, 'retries', scheduler.nowMs + waitMs);
  }
}

/** The answer, unless it is lost between service and client. */
async function heard(world: World, operation: Operation): Promise<Told | undefined> {
  const told = await world.request(operation);
  const { weather } = world.network;
  if (!world.random.chance(weather.rate / 2)) return told;
  count(world.coverage, 'fault answerLost');
  return undefined;
}

function learn(market: Market, { route, user }: Operation, { status, text }: Told): void {
  if (route !== 'placeOrder' || status !== 201) return;
  const { orderId } = JSON.parse(text) as { orderId: string };
  market.orders.push({ orderId, user });
}

type Chooser<Chosen = Operation | undefined> = (
  world: World,
  market: Market,
  user: string,
) => Chosen;

const freshKey = (market: Market): string => `k${(market.keysDrawn += 1)}`;

const placing: Chooser<Operation> = ({ random, beginning }, market, user) => {
  const lines = [{ sku: random.pick(beginning.skus), quantity: random.between(1, 3) }];
  if (random.chance(0.35)) {
    lines.push({ sku: random.pick(beginning.skus), quantity: random.between(1, 2) });
  }
  return { route: 'placeOrder', user, key: freshKey(market), body: { lines } };
};

/** Mostly an own order, sometimes another user's. */
const paying: Chooser = ({ random }, market, user) => {
  const orders = random.chance(0.1)
    ? market.orders
    : market.orders.filter((order) => order.user === user);
  if (orders.length === 0) return undefined;
  const { orderId } = random.pick(orders);
  return { route: 'payOrder', user, key: freshKey(market), body: { orderId } };
};

const charging: Chooser<Operation> = ({ random }, market, user) => {
  const amountMinor = random.pick([100, 300, 700]);
  const reference = random.chance(0.5) ? { providerRef: random.pick(['p1', 'p2']) } : {};
  const body = { amountMinor, ...reference };
  return { route: 'chargeBalance', user, key: freshKey(market), body };
};

const adjusting: Chooser<Operation> = ({ random, beginning }, market) => {
  const body = { units: random.pick([-2, -1, 1, 2, 3]) };
  const sku = random.pick(beginning.skus);
  return { route: 'adjustStock', user: ADMIN, sku, key: freshKey(market), body };
};

const repricing: Chooser = ({ random, beginning }) => {
  const sku = random.pick(beginning.skus);
  const body = { name: `new ${sku}`, priceMinor: random.pick([100, 250, 400]) };
  return { route: 'putProduct', user: ADMIN, sku, body };
};

/** The key of an earlier request: with the same one, another body, another user, another route. */
const reusing: Chooser = (world, market, user) => {
  const { random, beginning } = world;
  const keyed = market.asked.filter(({ key }) => key !== undefined);
  if (keyed.length === 0) return undefined;
  const earlier = random.pick(keyed);
  const { key = '' } = earlier;
  switch (random.below(4)) {
    case 0:
      return { ...earlier, spaced: true };
    case 1:
      return { ...otherBody(world, market, earlier), key };
    case 2:
      return earlier.route === 'adjustStock' ? undefined : { ...earlier, user };
    default:
      return earlier.route === 'adjustStock'
        ? { ...earlier, sku: beginning.skus.find((sku) => sku !== earlier.sku) ?? SKUS[0] }
        : { ...(random.chance(0.5) ? placing : charging)(world, market, earlier.user), key };
  }
};

/** Another request on the same route, by the same user. */
function otherBody(world: World, market: Market, { route, user, sku }: Operation): Operation {
  const { random } = world;
  const choosers = { placeOrder: placing, payOrder: paying, chargeBalance: charging };
  if (route === 'payOrder' && market.orders.length > 0) {
    return { route, user, body: { orderId: random.pick(market.orders).orderId } };
  }
  const chooser = route in choosers ? choosers[route as keyof typeof choosers] : adjusting;
  const other = chooser(world, market, user) ?? placing(world, market, user);
  return sku === undefined ? other : { ...other, sku };
}

interface Wish {
  readonly share: number;
  readonly chooser: Chooser;
}

/** What clients want, and how often. */
const usualWishes: readonly Wish[] = [
  { share: 10, chooser: placing },
  { share: 13, chooser: paying },
  { share: 5, chooser: charging },
  { share: 4, chooser: adjusting },
  { share: 2, chooser: repricing },
  { share: 6, chooser: reusing },
];

/** Seeds differ in their wishes, so that some are all about one thing. */
const drawWishes = ({ random }: World): readonly Wish[] =>
  usualWishes.map(({ share, chooser }) => ({ share: share * random.pick([0.2, 1, 5]), chooser }));

function drawWish({ random }: World, { wishes }: Market): Chooser {
  let left = random.next() * wishes.reduce((sum, { share }) => sum + share, 0);
  return wishes.find(({ share }) => (left -= share) < 0)?.chooser ?? placing;
}

/** What a client asks for; one that wants to pay waits a while for an order. */
async function chosen(world: World, market: Market, task: Task, user: string): Promise<Operation> {
  const { random, scheduler } = world;
  const wish = drawWish(world, market);
  for (let tries = 0; tries < 3; tries += 1) {
    const operation = wish(world, market, user);
    if (operation !== undefined) return operation;
    await scheduler.park(task, 'looks around', scheduler.nowMs + random.below(3_000));
  }
  return placing(world, market, user);
}
