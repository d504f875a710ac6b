import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { FakeServer, type Reply } from '../fake-server.ts';

/** What a fake shop does wrong. */
export type Fault = 'oversells' | 'forgets orders' | 'refuses everybody' | 'hangs up' | 'never';

/** A shop of one product that answers like the real one, but for its fault; it shows no costs. */
export class FakeShop extends FakeServer {
  readonly fault: Fault;
  readonly #orders = new Map<string, { owner: string; lines: unknown }>();
  #units = 0;

  constructor(fault: Fault) {
    super();
    this.fault = fault;
  }

  protected override async answer(request: IncomingMessage): Promise<Reply | undefined> {
    const { method = '', url = '' } = request;
    const [, first, second = ''] = url.split('/');
    const owner = request.headers.authorization ?? '';
    if (method === 'GET' && first === 'problems') return { status: 200, body: {} };
    if (method === 'GET' && first === 'products') {
      return { status: 200, body: { availableUnits: this.#units } };
    }
    if (method === 'GET') return this.#read(second, owner);
    const body = (await json(request)) as { units?: number; lines?: unknown };
    if (method === 'PUT') this.#units = 0;
    else if (url === '/orders') return this.#order(owner, body.lines);
    else this.#units += body.units ?? 0;
    return { status: 201, body: {} };
  }

  #read(orderId: string, owner: string): Reply {
    const order = this.#orders.get(orderId);
    if (order?.owner !== owner || this.fault === 'forgets orders') return { status: 404, body: {} };
    return { status: 200, body: { status: 'PENDING_PAYMENT', lines: order.lines } };
  }

  #order(owner: string, lines: unknown): Reply | undefined {
    if (this.fault === 'hangs up') return undefined;
    const soldOut = this.#units === 0 && this.fault !== 'oversells';
    if (soldOut || this.fault === 'refuses everybody') {
      return { status: 409, body: { code: 'insufficient-stock' } };
    }
    const orderId = `ord_${this.#orders.size}`;
    this.#orders.set(orderId, { owner, lines });
    this.#units = Math.max(0, this.#units - 1);
    return { status: 201, body: { orderId } };
  }
}
