/** One movement of a balance, as its owner reads it. */
export interface Entry {
  readonly entryId: string;
  readonly seq: number;
  readonly kind: string;
  readonly amountMinor: number;
  /** After it. */
  readonly balanceMinor: number;
  readonly ref: string;
}

/** All that a user reads of the own money. */
export interface Books {
  readonly userId: string;
  readonly balanceMinor: number;
  /** Oldest first. */
  readonly entries: readonly Entry[];
}

/** An order as its owner reads it. */
export interface ShownOrder {
  readonly orderId: string;
  /** 200 if it could be read. */
  readonly readStatus: number;
  readonly status: string;
  readonly paymentId: string | undefined;
}

/** Judges a user's books by themselves: whether they count and add up. */
export function bookBreaches({ userId, balanceMinor, entries }: Books): readonly string[] {
  const sumMinor = entries.reduce((sum, entry) => sum + entry.amountMinor, 0);
  const wrongSum =
    balanceMinor === sumMinor
      ? []
      : [`the balance of ${userId} is ${balanceMinor}, but the entries add up to ${sumMinor}`];
  const chain = entries.flatMap((entry, i) => {
    const { seq } = entry;
    const dueMinor = (entries[i - 1]?.balanceMinor ?? 0) + entry.amountMinor;
    const place = `in the books of ${userId}`;
    return [
      ...(seq === i + 1 ? [] : [`seq ${seq} stands where ${i + 1} is due, ${place}`]),
      ...(entry.balanceMinor === dueMinor
        ? []
        : [`the balance after seq ${seq} is ${entry.balanceMinor} and not ${dueMinor}, ${place}`]),
      ...(entry.balanceMinor >= 0 ? [] : [`the balance after seq ${seq} is below 0, ${place}`]),
    ];
  });
  const copies = [...Map.groupBy(entries, ({ entryId }) => entryId)]
    .filter(([, same]) => same.length > 1)
    .map(([entryId, same]) => `${same.length} entries of ${userId} have the same id: ${entryId}`);
  return [...wrongSum, ...chain, ...copies];
}

/** An order is paid if and only if one entry, in whoever's books, has paid it. */
export function orderBreaches(order: ShownOrder, books: readonly Books[]): readonly string[] {
  const { orderId, readStatus, status, paymentId } = order;
  if (readStatus !== 200) return [`order ${orderId} can't be read by its owner: ${readStatus}`];
  const payments = books.flatMap(({ entries }) => entries.filter(({ ref }) => ref === orderId));
  const [payment] = payments;
  if (status === 'PAID' ? payments.length !== 1 : payments.length > 0) {
    return [`order ${orderId} is ${status}, and ${payments.length} entries pay it`];
  }
  return payment?.entryId === paymentId
    ? []
    : [`order ${orderId} names ${String(paymentId)} as its payment and not ${payment?.entryId}`];
}
