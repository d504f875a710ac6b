import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { putOnSale } from '../../localstack/shop/client.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import type { Connections, RawAnswer } from '../race/connections.ts';
import { jsonIn } from '../race/told.ts';
import { type Asked, charge, type Customer, type PlacedOrder } from './asked.ts';
import { type Answered, toldBy } from './told.ts';

/** Enough for every order of a scenario, and unlike any other amount in it. */
const OPENING_MINOR = 1_000_000;
const PRICE_MINOR = 7_000;
const UNITS = 100;

const orderBody = z.object({ orderId: z.string(), totalMinor: z.number() });

/** What a scenario needs before it begins: customers, money and orders, all of them new. */
export class Stage {
  readonly customers: Customer[] = [];
  readonly orders: PlacedOrder[] = [];
  readonly openings: Answered[] = [];
  /** How many requests are a crowd. */
  readonly crowd: number;
  /** Part of all names that this stage gives. */
  readonly id: string;
  readonly #connections: Connections;
  readonly #url: string;
  #onSale = false;

  constructor(connections: Connections, { url, id, crowd }: StageOptions) {
    this.#connections = connections;
    this.#url = url;
    this.id = id;
    this.crowd = crowd;
  }

  /** A customer without money. */
  async newcomer(): Promise<Customer> {
    const userId = `${this.id}-${this.customers.length}`;
    const customer = { userId, token: await signToken(userId) };
    this.customers.push(customer);
    return customer;
  }

  /** A customer with money. */
  async customer(): Promise<Customer> {
    const customer = await this.newcomer();
    const opening = charge(customer, OPENING_MINOR);
    const answer = await sendTo(this.#connections, opening);
    if (answer.status !== 201) throw unprepared('The first charge', answer);
    this.openings.push({ asked: opening, told: toldBy(answer) });
    return customer;
  }

  /** An order of one unit that waits for its payment. */
  async order(owner: Customer): Promise<PlacedOrder> {
    if (!this.#onSale) {
      const product = { name: `Race ${this.id}`, priceMinor: PRICE_MINOR, units: UNITS };
      await putOnSale(this.#url, { sku: this.id, ...product });
      this.#onSale = true;
    }
    const answer = await this.#connections.send({
      route: 'POST /orders',
      token: owner.token,
      key: randomUUID(),
      body: JSON.stringify({ lines: [{ sku: this.id, quantity: 1 }] }),
    });
    const { data } = orderBody.safeParse(jsonIn(answer.text));
    if (answer.status !== 201 || data === undefined) throw unprepared('The order', answer);
    const order = { ...data, owner };
    this.orders.push(order);
    return order;
  }
}

export interface StageOptions {
  readonly url: string;
  readonly id: string;
  readonly crowd: number;
}

/** Sends a request to move money. */
export const sendTo = (
  connections: Connections,
  { by, key, route, body }: Asked,
): Promise<RawAnswer> => connections.send({ route, token: by.token, key, body });

const unprepared = (what: string, { status, text }: RawAnswer): Error =>
  new Error(`${what} that the scenario needs was not accepted: ${status} ${text}`);
