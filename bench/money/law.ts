import { answerBreaches, keyBreaches, replayBreaches } from './answers.ts';
import type { Deed } from './asked.ts';
import { bookBreaches, type Books, type Entry, orderBreaches, type ShownOrder } from './books.ts';
import type { Answered } from './told.ts';

/** All that is known of a scenario once it is over: what was told, and what the shop shows. */
export interface Evidence {
  /** What gave the customers their first money, before the scenario began. */
  readonly openings: readonly Answered[];
  readonly answered: readonly Answered[];
  /** Of every customer. */
  readonly books: readonly Books[];
  readonly orders: readonly ShownOrder[];
}

/** Movements of money that the ledger shows beside the customers' first money. */
export const effectsIn = ({ books, openings }: Evidence): number =>
  books.reduce((sum, { entries }) => sum + entries.length, 0) - openings.length;

/**
 * Judges a scenario by the law of money: what was asked for moves it exactly once, nothing else
 * does, and the books add up. Returns each breach in words; none if the law was kept.
 *
 * An answer that is neither yes nor no breaks nothing by itself; but something must have worked.
 */
export function breachesIn(evidence: Evidence): readonly string[] {
  const { openings, answered, books, orders } = evidence;
  const all = [...openings, ...answered];
  const ofKeys = Map.groupBy(all, ({ asked }) => `${asked.by.userId} ${asked.key}`);
  const breaches = [
    ...books.flatMap(bookBreaches),
    ...orders.flatMap((order) => orderBreaches(order, books)),
    ...deedBreaches(all, books),
    ...all.flatMap((one) => answerBreaches(one, books)),
    ...[...ofKeys.values()].flatMap(replayBreaches),
    ...(answered.some(({ told }) => told.kind === 'done')
      ? []
      : [`none of ${answered.length} requests was carried out`]),
  ];
  // Fifty equal answers are wrong in the same words.
  return [...new Set(breaches)];
}

interface BookedEntry extends Entry {
  readonly userId: string;
}

function deedBreaches(all: readonly Answered[], books: readonly Books[]): readonly string[] {
  const entries = books.flatMap(({ userId, entries: own }) =>
    own.map((entry): BookedEntry => ({ ...entry, userId })),
  );
  const deeds = new Map(
    all.flatMap(({ asked: { deed } }) => (deed === undefined ? [] : [[deed.name, deed]])),
  );
  const nobodys = entries.filter((entry) => ![...deeds.values()].some((deed) => is(entry, deed)));
  return [
    ...[...deeds.values()].flatMap((deed) => {
      const ofDeed = all.filter(({ asked }) => asked.deed?.name === deed.name);
      const times = entries.filter((entry) => is(entry, deed)).length;
      return [...timesBreaches(deed.name, times, ofDeed), ...keyBreaches(deed.name, ofDeed)];
    }),
    ...nobodys.map(
      ({ kind, amountMinor, ref, userId }) =>
        `nobody asked for a ${kind} of ${amountMinor} with the ref ${ref}, in the books of ${userId}`,
    ),
  ];
}

/** Whether the entry is this deed's. */
function is({ userId, kind, amountMinor, ref }: BookedEntry, deed: Deed): boolean {
  const sameAbout = deed.ref === undefined || deed.ref === ref;
  const sameBooks = deed.userIds.includes(userId);
  return sameBooks && sameAbout && kind === deed.kind && amountMinor === deed.amountMinor;
}

/** A refusal claims the deed too: that it was done before. */
function timesBreaches(name: string, times: number, ofDeed: readonly Answered[]): string[] {
  const told = (kind: string): boolean => ofDeed.some((one) => one.told.kind === kind);
  const unsettled = ofDeed.some((one) => one.told.kind === 'other' && one.told.unsettled);
  if (times > 1) return [`${name} was done ${times} times`];
  if (times === 0 && told('done')) return [`${name} was told 201, but the ledger lacks it`];
  if (times === 0 && told('refused')) return [`${name} was refused, but had not been done`];
  if (times === 1 && !told('done') && !unsettled) return [`${name} was done, but nobody was told`];
  return [];
}
