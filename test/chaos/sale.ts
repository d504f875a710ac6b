import { setTimeout as sleep } from 'node:timers/promises';
import type { Crowd, Listener, Member } from './crowd.ts';
import type { FaultPlan, HolderFault, ServerFault } from './plan.ts';
import type { Bracket, ChaosOrder, FromWorker, Told, Write } from './protocol.ts';

/** A sale ends long before; one that does not end tells why instead of hanging. */
const SALE_MS_MAX = 60_000;
/** A customer who was told "not now" comes back after so long. */
const AGAIN_MS = 50;
/** One customer in so many waits only a moment, the first time. */
const IMPATIENT_EVERY = 4;

export interface SaleOptions {
  readonly orders: readonly ChaosOrder[];
  readonly plan: FaultPlan;
  /** How long impatient customers wait; absent if there are none. */
  readonly impatientMs?: number | undefined;
  /** How long a frozen holder stands still. */
  readonly frozenMs: () => number;
  /** Resolves when the server's fault is over. */
  readonly strike: (fault: ServerFault) => Promise<void>;
}

/**
 * Hands the orders of one sale to the crowd, and to another process again what was not settled, and
 * lets things go wrong as planned; then waits until nobody is at work any more.
 */
export class Sale implements Listener {
  readonly told = new Map<string, Told[]>();
  readonly writes: Write[] = [];
  readonly brackets: Bracket[] = [];
  /** When an order was settled, with the beginning of the sale before all. */
  readonly settledMs: number[] = [Date.now()];
  /** How long each frozen process stood still. */
  readonly frozenMs: number[] = [];
  killed = 0;
  lostReplies = 0;
  /** Requests that were sent for the orders. */
  requests = 0;
  /** Of these, the ones that were told that nothing happened. */
  contended = 0;
  /** What happened when, for the message of a failing test. */
  readonly log: [atMs: number, what: string][] = [];
  readonly #crowd: Crowd;
  readonly #options: SaleOptions;
  readonly #waiting: ChaosOrder[];
  readonly #impatient: Set<ChaosOrder>;
  readonly #settled = new Set<string>();
  /** The last fault of the server, until it is over. */
  #striking = Promise.resolve();
  readonly #bugs: string[] = [];
  /** The last holder that was struck. */
  #struck: Member | undefined;
  /** From a fault, and for a fault of the server from its end, until the others have gone on selling. */
  #state: 'calm' | 'striking' | 'disturbed' | 'recovering' = 'calm';

  constructor(crowd: Crowd, options: SaleOptions) {
    this.#crowd = crowd;
    this.#options = options;
    this.#waiting = [...options.orders];
    this.#impatient = new Set(options.orders.filter((_, i) => i % IMPATIENT_EVERY === 0));
  }

  async run(): Promise<void> {
    this.#crowd.listener = this;
    const endMs = Date.now() + SALE_MS_MAX;
    while (!this.#over) {
      this.#handOut();
      if (this.#bugs.length > 0) throw new Error(this.#bugs.join('\n'));
      if (Date.now() > endMs) throw new Error(`the sale does not end: ${this.#story()}`);
      await sleep(10);
    }
    await this.#striking;
    this.#crowd.listener = undefined;
  }

  heard(member: Member, message: FromWorker): void {
    const what = message.kind === 'answer' ? message.answer.kind : JSON.stringify(message);
    this.#note(`${member.pid} ${what}`);
    switch (message.kind) {
      case 'ready':
        break;
      case 'bracket':
        this.brackets.push(message.bracket);
        break;
      case 'holding':
        this.#holding(member);
        break;
      case 'wrote':
        this.#wrote(member, message.write);
        break;
      case 'thawed':
        this.frozenMs.push(message.frozenMs);
        break;
      case 'answer':
        this.lostReplies += message.lostReplies - member.lostReplies;
        member.lostReplies = message.lostReplies;
        this.#answered(member, { kind: message.answer.kind, atMs: message.atMs });
        break;
      case 'bug':
        this.#bugs.push(message.text);
    }
    this.#handOut();
  }

  ended(member: Member): void {
    if (!member.killed) this.#bugs.push(`${member.pid} ended by itself`);
    const { order } = member;
    member.order = undefined;
    if (order === undefined) return;
    this.#tell(order, { kind: 'killed', atMs: Date.now() });
    this.#again(order);
  }

  get #over(): boolean {
    const busy = [...this.#crowd.members].some(({ order }) => order !== undefined);
    return this.#settled.size === this.#options.orders.length && !busy;
  }

  #handOut(): void {
    for (const member of this.#crowd.members) {
      if (member.order !== undefined) continue;
      const order = this.#waiting.shift();
      if (order === undefined) return;
      this.requests += 1;
      member.place(order, this.#impatient.delete(order) ? this.#options.impatientMs : undefined);
    }
  }

  /** Front of the line: its customer has waited already. */
  #again(order: ChaosOrder): void {
    if (!this.#settled.has(order.token)) this.#waiting.unshift(order);
  }

  /** One fault at a time, so that a stall shows what one of them costs. */
  #holding(member: Member): void {
    const fault =
      this.#state === 'calm' ? this.#options.plan.nextForHolder(this.#settled.size) : undefined;
    if (fault === undefined) {
      member.meet({ kind: 'none' });
      return;
    }
    this.#struck = member;
    this.#state = 'disturbed';
    this.#note(`${member.pid} is ${fault}`);
    this.#befall(member, fault);
  }

  #befall(member: Member, fault: HolderFault): void {
    switch (fault) {
      case 'killed-before':
        this.#kill(member);
        break;
      case 'killed-after':
        member.halted = true;
        member.meet({ kind: 'halted' });
        break;
      case 'frozen-before':
        this.#freeze(member, 'before');
        break;
      case 'frozen-before-sent-again':
        this.#freeze(member, 'before');
        if (member.order !== undefined) this.#again(member.order);
        break;
      case 'frozen-after-sent-again':
        this.#freeze(member, 'after');
        if (member.order !== undefined) this.#again(member.order);
    }
  }

  #freeze(member: Member, when: 'before' | 'after'): void {
    if (member.order !== undefined) this.#tell(member.order, { kind: 'frozen', atMs: Date.now() });
    member.meet({ kind: 'frozen', when, ms: this.#options.frozenMs() });
  }

  #kill(member: Member): void {
    this.killed += 1;
    member.kill();
  }

  #wrote(member: Member, write: Write): void {
    this.writes.push(write);
    if (member.halted) this.#kill(member);
    else if (this.#state === 'disturbed' && member !== this.#struck && !write.stale) {
      this.#state = 'recovering';
    }
  }

  #tell({ token }: ChaosOrder, told: Told): void {
    this.told.set(token, [...(this.told.get(token) ?? []), told]);
  }

  #answered(member: Member, told: Told): void {
    const { order } = member;
    if (order === undefined) throw new Error('an answer to no order');
    member.order = undefined;
    this.#tell(order, told);
    if (told.kind === 'contended') this.contended += 1;
    if (told.kind === 'contended' || told.kind === 'unavailable') {
      setTimeout(() => {
        this.#again(order);
      }, AGAIN_MS);
      return;
    }
    if (!this.#settled.has(order.token)) this.settledMs.push(Date.now());
    this.#settled.add(order.token);
    if (this.#state === 'recovering') this.#state = 'calm';
    if (this.#state === 'calm') this.#strike();
  }

  #strike(): void {
    const fault = this.#options.plan.nextForServer(this.#settled.size);
    if (fault === undefined) return;
    this.#note(`Redis is ${fault}`);
    this.#struck = undefined;
    this.#state = 'striking';
    this.#striking = this.#options.strike(fault).then(
      () => {
        this.#state = 'disturbed';
      },
      (error: unknown) => {
        this.#bugs.push(`${fault}: ${String(error)}`);
      },
    );
  }

  #note(what: string): void {
    this.log.push([Date.now(), what]);
  }

  #story(): string {
    const open = this.#options.orders.filter(({ token }) => !this.#settled.has(token));
    const told = open.slice(0, 5).map(({ token }) => this.told.get(token) ?? []);
    const kinds = told.map((all) => all.map(({ kind }) => kind).join(' '));
    const last = this.log.slice(-50).map(([, what]) => what);
    return [`${open.length} orders are open`, ...kinds, 'at last:', ...last].join('\n');
  }
}
