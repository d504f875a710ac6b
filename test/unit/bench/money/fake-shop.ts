import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { FakeServer, type Reply } from '../fake-server.ts';

/** What a fake shop does wrong. */
export type Fault =
  | 'pays twice'
  | 'pays twice and replays'
  | 'charges twice'
  | 'credits references twice'
  | 'loses charges'
  | 'lets anybody pay'
  | 'forgets to mark orders'
  | 'marks no replay'
  | 'refuses everybody'
  | 'is away'
  | 'never';

interface Entry {
  readonly entryId: string;
  readonly seq: number;
  readonly kind: 'CHARGE' | 'PAYMENT';
  readonly amountMinor: number;
  readonly balanceMinor: number;
  readonly ref: string;
}

interface Order {
  readonly orderId: string;
  readonly owner: string;
  readonly totalMinor: number;
  paymentId?: string;
}

const PRICE_MINOR = 7_000;

/** A shop with a ledger that answers like the real one, but for its fault; it shows no costs. */
export class FakeShop extends FakeServer {
  readonly fault: Fault;
  readonly #orders = new Map<string, Order>();
  readonly #entries = new Map<string, Entry[]>();
  readonly #replies = new Map<string, Reply>();
  readonly #references = new Set<string>();
  #ids = 0;

  constructor(fault: Fault) {
    super();
    this.fault = fault;
  }

  protected override async answer(request: IncomingMessage): Promise<Reply> {
    const { method = '', url = '', headers } = request;
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const user = headers.authorization ?? '';
    if (method === 'GET') return this.#read(pathname, searchParams, user);
    const body = (await json(request)) as Record<string, unknown>;
    if (pathname.startsWith('/admin/')) return { status: 201, body: {} };
    if (pathname === '/orders') return this.#order(user);
    return this.#keyed(`${user} ${pathname} ${String(headers['idempotency-key'])}`, () =>
      pathname === '/payments' ? this.#pay(user, body) : this.#charge(user, body),
    );
  }

  #read(pathname: string, query: URLSearchParams, user: string): Reply {
    const entries = this.#entriesOf(user);
    if (pathname === '/balance') {
      return { status: 200, body: { balanceMinor: entries.at(-1)?.balanceMinor ?? 0 } };
    }
    if (pathname === '/balance/entries') {
      const from = Number(query.get('cursor') ?? 0);
      const next = from + Number(query.get('limit'));
      const items = entries.toReversed().slice(from, next);
      const more = next < entries.length ? { nextCursor: String(next) } : {};
      return { status: 200, body: { items, ...more } };
    }
    const order = this.#orders.get(pathname.split('/').at(-1) ?? '');
    if (order === undefined) return { status: 200, body: {} };
    const { paymentId } = order;
    const status = paymentId === undefined ? 'PENDING_PAYMENT' : 'PAID';
    return { status: 200, body: { status, paymentId } };
  }

  #order(owner: string): Reply {
    const orderId = `ord_${this.#ids++}`;
    const order = { orderId, owner, totalMinor: PRICE_MINOR };
    this.#orders.set(orderId, order);
    return { status: 201, body: order };
  }

  #keyed(key: string, run: () => Reply): Reply {
    const kept = this.#replies.get(key);
    const again = key.includes('payments') ? 'pays twice' : 'charges twice';
    if (kept !== undefined && this.fault !== again) {
      if (this.fault === 'pays twice and replays') run();
      return { ...kept, replayed: this.fault !== 'marks no replay' };
    }
    const reply = run();
    if (reply.status === 201) this.#replies.set(key, reply);
    return reply;
  }

  #charge(user: string, { amountMinor, providerRef }: Record<string, unknown>): Reply {
    const credited = typeof providerRef === 'string' && this.#references.has(providerRef);
    if (credited && this.fault !== 'credits references twice') {
      return { status: 409, body: { code: 'provider-ref-used' } };
    }
    const chargeId = `chg_${this.#ids++}`;
    const ref = typeof providerRef === 'string' ? providerRef : chargeId;
    this.#references.add(ref);
    return this.#book(user, { kind: 'CHARGE', entryId: chargeId, ref }, Number(amountMinor));
  }

  #pay(user: string, { orderId }: Record<string, unknown>): Reply {
    if (this.fault === 'refuses everybody') {
      return { status: 402, body: { code: 'insufficient-balance' } };
    }
    if (this.fault === 'is away') return { status: 503, body: { code: 'unavailable' } };
    const order = this.#orders.get(String(orderId));
    if (order === undefined || (order.owner !== user && this.fault !== 'lets anybody pay')) {
      return { status: 404, body: { code: 'order-not-found' } };
    }
    if (order.paymentId !== undefined && !this.fault.startsWith('pays twice')) {
      return { status: 409, body: { code: 'order-already-paid' } };
    }
    const entryId = `pay_${this.#ids++}`;
    if (this.fault !== 'forgets to mark orders') order.paymentId ??= entryId;
    const entry = { kind: 'PAYMENT', entryId, ref: order.orderId } as const;
    return this.#book(user, entry, -order.totalMinor);
  }

  #book(user: string, entry: Pick<Entry, 'kind' | 'entryId' | 'ref'>, amountMinor: number): Reply {
    const entries = this.#entriesOf(user);
    const last = entries.at(-1);
    const balanceMinor = (last?.balanceMinor ?? 0) + amountMinor;
    const id = { [entry.kind === 'CHARGE' ? 'chargeId' : 'paymentId']: entry.entryId };
    // The older shop's way: two read the balance, and the second writes over what the first wrote.
    const lost = this.fault === 'loses charges' && entry.kind === 'CHARGE' && entries.length > 2;
    if (!lost) entries.push({ ...entry, seq: entries.length + 1, amountMinor, balanceMinor });
    return { status: 201, body: { ...id, amountMinor: Math.abs(amountMinor), balanceMinor } };
  }

  #entriesOf(user: string): Entry[] {
    const entries = this.#entries.get(user) ?? [];
    this.#entries.set(user, entries);
    return entries;
  }
}
