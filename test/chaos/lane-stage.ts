import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES, type Engines, startEngines } from '../../localstack/engines/index.ts';
import { type Answer, call, putOnSale } from '../../localstack/shop/client.ts';
import { placeInTicket } from '../../localstack/shop/ticket-place.ts';
import { signToken } from '../../localstack/shop/keys.ts';
import { openShop, type Shop, type ShopOptions } from '../../localstack/shop/open.ts';
import { order, times } from '../e2e/shop.ts';

const TURN_MS_MAX = 60_000;

/** A door in front of an engine that a test can shut: nobody gets in, and who is in is cut off. */
export class Gate {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #open = true;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
  }

  async listen(): Promise<number> {
    this.#server = createServer((socket) => {
      if (!this.#open) {
        socket.destroy();
        return;
      }
      const through = connect(this.#target);
      for (const one of [socket, through]) {
        this.#sockets.add(one);
        one.on('close', () => this.#sockets.delete(one)).on('error', () => undefined);
      }
      socket.pipe(through).pipe(socket);
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this.#port;
  }

  shut(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  open(): void {
    this.#open = true;
  }

  close(): void {
    this.shut();
    this.#server?.close();
  }
}

/** Engines and a shop of a test's own, whose processes it may kill and freeze. */
export class LaneStage {
  readonly #engines: Engines;
  readonly #gate: Gate;
  readonly #shop: Shop;
  readonly #ann: string;
  readonly #options: ShopOptions;
  #second: Shop | undefined;
  #broker: ChildProcess | undefined;
  #brokerPid: number;

  private constructor(
    engines: Engines,
    gate: Gate,
    { shop, options }: { readonly shop: Shop; readonly options: ShopOptions },
    ann: string,
  ) {
    this.#engines = engines;
    this.#gate = gate;
    this.#shop = shop;
    this.#ann = ann;
    this.#options = options;
    this.#brokerPid = engines.engines.find(({ name }) => name === 'kafka')?.pid ?? 0;
  }

  static async open(label: string): Promise<LaneStage> {
    const given = { ...process.env };
    for (const name of ['DYNAMODB_ENDPOINT', 'REDIS_URL', 'KAFKA_BROKERS']) {
      Reflect.deleteProperty(process.env, name);
    }
    const engines = await startEngines({ reuse: false, label });
    Object.assign(process.env, given);
    const gate = new Gate(ENGINES.dynamodb.endpointOf(engines.env.DYNAMODB_ENDPOINT));
    const env = { ...engines.env, DYNAMODB_ENDPOINT: `http://127.0.0.1:${await gate.listen()}` };
    const prefix = `chaos-${randomUUID()}-`;
    const names = { tablePrefix: prefix, topicPrefix: prefix };
    const options = { harness: 'thin', env: { ...env, LOG_LEVEL: 'ERROR' }, ...names } as const;
    const shop = await openShop(options);
    return new LaneStage(engines, gate, { shop, options }, await signToken('ann'));
  }

  get url(): string {
    return this.#shop.url;
  }

  get gate(): Gate {
    return this.#gate;
  }

  get brokers(): string {
    return this.#engines.env.KAFKA_BROKERS;
  }

  /** Where the shop tells what becomes of orders. */
  get eventsTopic(): string {
    const { topicPrefix = '' } = this.#options;
    return `${topicPrefix}order-events`;
  }

  /** Another shop on the same tables and topics, whose bridge is a member of the same groups. */
  async openSecond(): Promise<string> {
    this.#second = await openShop(this.#options);
    return this.#second.url;
  }

  /** The functions' process and the bridge's. */
  signalFirst(signal: NodeJS.Signals): void {
    for (const pid of [this.#shop.pid, this.bridgePid]) process.kill(pid, signal);
  }

  get bridgePid(): number {
    const pid = this.#shop.bridgePid();
    if (pid === undefined) throw new Error('no bridge');
    return pid;
  }

  /** Batches that failed so far, as the consumer's log tells it. */
  async failedBatches(): Promise<number> {
    const log = await readFile(this.#shop.logFile, 'utf8');
    return [...log.matchAll(/^\{"level":"ERROR","message":"batch"/gm)].length;
  }

  async onSale(units: number): Promise<string> {
    const sku = `sku-${randomUUID().slice(0, 13)}`;
    const product = { sku, name: 'A thing', priceMinor: 100, units, strategy: 'kafka-keyed' };
    await putOnSale(this.url, product);
    return sku;
  }

  /** Orders one unit each; those that were acknowledged, in the order of their places. */
  async queue(sku: string, orders: number, url = this.url): Promise<Answer[]> {
    const answers = await Promise.all(times(orders, () => this.ask(sku, undefined, url)));
    return answers.filter(({ status }) => status === 202).sort((a, b) => offsetOf(a) - offsetOf(b));
  }

  ask(sku: string, key: string = randomUUID(), url = this.url): Promise<Answer> {
    return order(url, this.#ann, [[sku, 1]], key);
  }

  /** What became of an order, once it is decided. */
  async decided(answer: Answer, url = this.url): Promise<string> {
    const route = `GET /tickets/${String(answer.json['ticket'])}`;
    const endMs = Date.now() + TURN_MS_MAX;
    while (Date.now() < endMs) {
      const { json } = await call(url, route, { token: this.#ann });
      if (json['status'] === 'CONFIRMED' || json['status'] === 'REJECTED') return json['status'];
      await sleep(100);
    }
    throw new Error(`${String(answer.json['orderId'])} was acknowledged and never decided`);
  }

  /** As if its machine lost power: no word to anybody, and what is on the disk stays. */
  async killBroker(): Promise<readonly string[]> {
    const command = (await readFile(`/proc/${this.#brokerPid}/cmdline`, 'utf8')).split('\0');
    process.kill(this.#brokerPid, 'SIGKILL');
    return command.slice(0, -1);
  }

  async startBroker([file = '', ...args]: readonly string[]): Promise<void> {
    this.#broker = spawn(file, args, { stdio: 'ignore' });
    this.#brokerPid = this.#broker.pid ?? 0;
    const { KAFKA_BROKERS } = this.#engines.env;
    for (;;) {
      try {
        await ENGINES.kafka.ready(KAFKA_BROKERS);
        return;
      } catch {
        await sleep(100);
      }
    }
  }

  async close(): Promise<void> {
    await this.#second?.stop();
    await this.#shop.stop();
    this.#gate.close();
    this.#broker?.kill('SIGKILL');
    await this.#engines.stop();
  }
}

/** Where an order stands in its lane. */
export function offsetOf({ json }: Answer): number {
  return placeInTicket(json['ticket'])?.offset ?? NaN;
}
