import { randomUUID } from 'node:crypto';

/** A user that no shop has seen before. */
export interface Customer {
  readonly userId: string;
  readonly token: string;
}

/** Something that is to happen once, however often and under however many keys it is asked for. */
export interface Deed {
  /** In words, and different from the names of all other deeds. */
  readonly name: string;
  /** In whose books it may stand. */
  readonly userIds: readonly string[];
  readonly kind: 'CHARGE' | 'PAYMENT';
  /** As the ledger shows it: negative for a payment. */
  readonly amountMinor: number;
  /** Without one, deeds of the same users are told apart by their amounts. */
  readonly ref?: string;
}

/** A request for a deed. */
export interface Asked {
  readonly by: Customer;
  readonly key: string;
  readonly route: 'POST /charges' | 'POST /payments';
  /** A body already written as JSON. */
  readonly body: string;
  /** Undefined if the request must be refused. */
  readonly deed: Deed | undefined;
  /** The only refusal that is right here, as status and code. */
  readonly refusal?: string;
}

/** An order that waits for its payment. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly owner: Customer;
  readonly totalMinor: number;
}

/** The owner's request to pay an order, under a key of its own. */
export function payment({ orderId, owner, totalMinor }: PlacedOrder): Asked {
  return {
    by: owner,
    key: randomUUID(),
    route: 'POST /payments',
    body: JSON.stringify({ orderId }),
    deed: {
      name: `the payment of ${orderId}`,
      userIds: [owner.userId],
      kind: 'PAYMENT',
      // Subtracted from 0, since −0 is no amount.
      amountMinor: 0 - totalMinor,
      ref: orderId,
    },
  };
}

/** A request to charge the balance, under a key of its own. */
export function charge(by: Customer, amountMinor: number): Asked {
  return {
    by,
    key: randomUUID(),
    route: 'POST /charges',
    body: JSON.stringify({ amountMinor }),
    deed: {
      name: `the charge of ${amountMinor} for ${by.userId}`,
      userIds: [by.userId],
      kind: 'CHARGE',
      amountMinor,
    },
  };
}

/** Requests to credit one reference of the provider, each under a key of its own. */
export function creditsOf(
  providerRef: string,
  amountMinor: number,
  by: readonly Customer[],
): readonly Asked[] {
  const deed: Deed = {
    name: `the credit of ${providerRef}`,
    userIds: by.map(({ userId }) => userId),
    kind: 'CHARGE',
    amountMinor,
    ref: providerRef,
  };
  const body = JSON.stringify({ amountMinor, providerRef });
  return by.map((customer) => ({ ...charge(customer, amountMinor), body, deed }));
}
