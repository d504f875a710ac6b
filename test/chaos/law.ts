import { orderIdOf } from '../../lib/domain/ids.ts';
import type { Bracket, ChaosOrder, Told, Write } from './protocol.ts';
import type { Span } from './stalls.ts';

/** An order as the table has it. */
export interface Row {
  readonly orderId: string;
  readonly userId: string;
  readonly sku: string;
  readonly units: number;
}

/** All that is known of a sale when every order was answered and nobody is at work any more. */
export interface Evidence {
  readonly orders: readonly ChaosOrder[];
  readonly units: number;
  readonly left: number;
  readonly rows: readonly Row[];
  /** What became of each request for an order, by its token, as it came out. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  readonly writes: readonly Write[];
  readonly brackets: readonly Bracket[];
  /** When Redis lost what it knew. */
  readonly emptied: readonly Span[];
  readonly leaseMs: number;
}

/** Each breach of the law in words; none if it was kept. */
export const breachesIn = (evidence: Evidence): readonly string[] => [
  ...wrongStock(evidence),
  ...wrongAnswers(evidence),
  ...wrongRows(evidence),
  ...falseRefusals(evidence),
  ...falseDenials(evidence),
  ...soldOutOfTurn(evidence),
  ...letInBeside(evidence),
];

function wrongStock({ units, left, rows }: Evidence): string[] {
  const sold = rows.reduce((sum, row) => sum + row.units, 0);
  const kept = left >= 0 && sold + left === units;
  return kept ? [] : [`${units} units on sale, ${sold} sold, ${left} left`];
}

const acceptances: readonly string[] = ['placed', 'replayed'];
/** After one of these, nobody but the store knows whether there is an order. */
const doubts: readonly string[] = ['unavailable', 'killed', 'frozen'];
const unsettled: readonly string[] = [...doubts, 'contended'];

const toldOf = ({ told }: Evidence, { token }: ChaosOrder): readonly Told[] =>
  told.get(token) ?? [];

/** The answers of an order that settle it. */
const settledOf = (evidence: Evidence, order: ChaosOrder): Told['kind'][] =>
  toldOf(evidence, order)
    .map(({ kind }) => kind)
    .filter((kind) => !unsettled.includes(kind));

const isAccepted = (kinds: readonly string[]): boolean =>
  kinds.some((kind) => acceptances.includes(kind));

function wrongAnswers(evidence: Evidence): string[] {
  return evidence.orders.flatMap((order) => {
    const kinds = settledOf(evidence, order);
    const yes = kinds.length > 0 && kinds.every((kind) => acceptances.includes(kind));
    const no = kinds.length > 0 && kinds.every((kind) => kind === 'insufficient');
    const once = kinds.filter((kind) => kind === 'placed').length <= 1;
    return (yes && once) || no ? [] : [`order ${order.token} was answered: ${kinds.join(', ')}`];
  });
}

/** Whoever was accepted has the order, once; nobody else has one. */
function wrongRows(evidence: Evidence): string[] {
  const accepted = evidence.orders.filter((order) => isAccepted(settledOf(evidence, order)));
  const rowOf = new Map(evidence.rows.map((row) => [row.orderId, row]));
  const lost = accepted.flatMap(({ token, userId, sku }) => {
    const row = rowOf.get(orderIdOf(token));
    const right = row?.userId === userId && row.sku === sku && row.units === 1;
    return right ? [] : [`accepted, and not so in the table: ${token} ${JSON.stringify(row)}`];
  });
  const ids = new Set<string>(accepted.map(({ token }) => orderIdOf(token)));
  const untold = evidence.rows.filter(({ orderId }) => !ids.has(orderId));
  return [...lost, ...untold.map(({ orderId }) => `in the table, and not accepted: ${orderId}`)];
}

/**
 * Stock only falls, and an order takes its unit after its first write began. So a refusal is false if
 * there were too few such orders when it was told, even if all of them had their units by then.
 */
function falseRefusals(evidence: Evidence): string[] {
  const { orders, units, rows, writes } = evidence;
  const begunMs = new Map<string, number>();
  for (const { orderIds, startedMs } of writes) {
    for (const id of orderIds) begunMs.set(id, Math.min(startedMs, begunMs.get(id) ?? Infinity));
  }
  const leftAt = (atMs: number): number =>
    rows
      .filter(({ orderId }) => (begunMs.get(orderId) ?? -Infinity) <= atMs)
      .reduce((left, row) => left - row.units, units);
  return orders.flatMap((order) =>
    toldOf(evidence, order)
      .filter(({ kind, atMs }) => kind === 'insufficient' && leftAt(atMs) > 0)
      .map(({ atMs }) => `${order.token} was refused with ${leftAt(atMs)} units left`),
  );
}

/** `contended` says that nothing happened: then nothing is there to be found by the next request. */
function falseDenials(evidence: Evidence): string[] {
  return evidence.orders.flatMap((order) => {
    const kinds = toldOf(evidence, order).map(({ kind }) => kind);
    const before = kinds.slice(0, Math.max(0, kinds.indexOf('replayed')));
    const certain = before.every((kind) => kind === 'contended');
    return kinds.includes('replayed') && certain
      ? [`${order.token} existed, and was answered: ${[...before, 'replayed'].join(', ')}`]
      : [];
  });
}

/** A write that begins when another has ended carries no older fence. */
function soldOutOfTurn({ writes }: Evidence): string[] {
  const sales = writes.flatMap(({ soldUnits, fence, ...times }) =>
    soldUnits > 0 && fence !== undefined ? [{ fence, ...times }] : [],
  );
  return sales.flatMap((later) => {
    const newer = sales.find(
      ({ endedMs, fence }) => endedMs < later.startedMs && fence > later.fence,
    );
    return newer === undefined ? [] : [`sold under ${later.fence} after ${newer.fence}`];
  });
}

/**
 * The fence is the server's time in µs when the lock was given. The next is given it when its
 * holder has left, or when the lease is over, or when Redis has forgotten:
 *
 *   given ───────── left     lease over
 *                 │ never before here, nor here │
 */
function letInBeside({ brackets, emptied, leaseMs }: Evidence): string[] {
  const byFence = Map.groupBy(brackets, ({ fence }) => fence);
  const stays = [...byFence].map(([fence, said]) => {
    const givenMs = Math.floor(fence / 1_000);
    const leftMs = said.find(({ leftMs }) => leftMs !== undefined)?.leftMs ?? Infinity;
    return { fence, givenMs, untilMs: Math.min(leftMs, givenMs + leaseMs) };
  });
  return stays.flatMap((first) =>
    stays
      .filter(({ fence, givenMs }) => fence > first.fence && givenMs < first.untilMs)
      .filter(
        ({ givenMs }) => !emptied.some(([from, to]) => from <= givenMs && to >= first.givenMs),
      )
      .map(({ fence }) => `${fence} was let in beside ${first.fence}`),
  );
}
