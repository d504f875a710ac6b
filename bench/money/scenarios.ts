import { type Asked, charge, creditsOf, payment } from './asked.ts';
import type { Stage } from './stage.ts';

/** A way to lose money or to move it twice. */
export interface Scenario {
  readonly name: string;
  readonly pace: 'at once' | 'in sequence';
  /** What the older study's shop did, if that was measured; see the footnote. */
  readonly olderShop?: string;
  /** Sets the stage, and says what is to be sent when the clock runs. */
  readonly prepare: (stage: Stage) => Promise<readonly Asked[]>;
}

const REPEATS = 5;
const CHARGES = 20;
const PAYMENTS = 5;
const CHARGE_MINOR = 5_000;
const PAID_BEFORE = '409 order-already-paid';

const equal = (asked: Asked, times: number): Asked[] => Array.from({ length: times }, () => asked);

export const scenarios: readonly Scenario[] = [
  {
    name: 'pay: one key, at once',
    pace: 'at once',
    prepare: async (stage) => {
      const order = await stage.order(await stage.customer());
      return equal(payment(order), stage.crowd);
    },
  },
  {
    name: 'pay: one key, in sequence',
    pace: 'in sequence',
    olderShop: 'paid twice, always',
    prepare: async (stage) => {
      const order = await stage.order(await stage.customer());
      return equal(payment(order), REPEATS);
    },
  },
  {
    name: 'pay: many keys, at once',
    pace: 'at once',
    prepare: async (stage) => {
      const order = await stage.order(await stage.customer());
      return Array.from({ length: stage.crowd }, () => ({
        ...payment(order),
        refusal: PAID_BEFORE,
      }));
    },
  },
  {
    name: 'pay: another key, in sequence',
    pace: 'in sequence',
    prepare: async (stage) => {
      const order = await stage.order(await stage.customer());
      return [payment(order), { ...payment(order), refusal: PAID_BEFORE }];
    },
  },
  {
    name: "pay: another user's order",
    pace: 'in sequence',
    olderShop: 'let him pay',
    prepare: async (stage) => {
      const stranger = await stage.customer();
      const own = payment(await stage.order(await stage.customer()));
      // Under the owner's key, which is another key for another user; before the payment and after.
      const theft: Asked = {
        ...own,
        by: stranger,
        deed: undefined,
        refusal: '404 order-not-found',
      };
      return [theft, own, theft];
    },
  },
  {
    name: 'charge: one key, at once',
    pace: 'at once',
    // A user without books yet: the first entry is raced for as well.
    prepare: async (stage) => equal(charge(await stage.newcomer(), CHARGE_MINOR), stage.crowd),
  },
  {
    name: 'charge: one key, in sequence',
    pace: 'in sequence',
    olderShop: 'charged twice, always',
    prepare: async (stage) => equal(charge(await stage.newcomer(), CHARGE_MINOR), REPEATS),
  },
  {
    name: 'charge: one reference, at once',
    pace: 'at once',
    prepare: async (stage) => {
      const pair = [await stage.newcomer(), await stage.newcomer()];
      const crowd = Array.from({ length: Math.ceil(stage.crowd / 2) }, () => pair).flat();
      const asked = creditsOf(`${stage.id}-ref`, CHARGE_MINOR, crowd.slice(0, stage.crowd));
      return asked.map((one) => ({ ...one, refusal: '409 provider-ref-used' }));
    },
  },
  {
    name: 'charge and pay, all different',
    pace: 'at once',
    olderShop: 'lost 1 of 2 charges in 14 of 50',
    prepare: async (stage) => {
      const customer = await stage.customer();
      const asked = Array.from({ length: CHARGES }, (_, i) => charge(customer, CHARGE_MINOR + i));
      for (let i = 0; i < PAYMENTS; i++) asked.push(payment(await stage.order(customer)));
      return asked;
    },
  },
];
