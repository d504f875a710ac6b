import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import {
  type ICustomPartitioner,
  type ISocketFactoryArgs,
  type Message,
  Partitioners,
  type Producer,
  type RecordMetadata,
} from 'kafkajs';
import type { RecordPlace } from '../../ports/publisher.ts';
import { type KafkaAccess, kafkaClient } from './client.ts';

/** A broker that is there takes a connection in far less. */
const CONNECT_MS_MAX = 800;
/** KafkaJS' own bound, for what is not waited for any more; and how long replicas may take. */
const REQUEST_MS_MAX = 1_100;
const KEEP_ALIVE_MS = 60_000;

export interface SenderSettings extends KafkaAccess {
  /** Told the name of each request to a broker, once it is answered. */
  readonly onRequest?: ((name: string) => void) | undefined;
}

/**
 * One producer of KafkaJS with the sockets that it opened, used until it first fails.
 *
 * A producer that met an outage may wait for answers that never come, and would open new connections
 * while it gives up. Thrown away with its sockets, it leaves nothing behind, and its successor starts
 * from what is true by then.
 */
export class Sender {
  readonly #producer: Producer;
  readonly #sockets = new Set<Socket>();
  readonly #partitions = new WeakMap<Message, number>();
  #connected: Promise<void> | undefined;
  #abandoned = false;
  #hasSent = false;

  constructor({ brokers, token, onRequest }: SenderSettings) {
    const kafka = kafkaClient({
      brokers,
      token,
      clientId: 'last-one',
      connectMsMax: CONNECT_MS_MAX,
      requestMsMax: REQUEST_MS_MAX,
      socketFactory: (to) => this.#socket(to),
    });
    this.#producer = kafka.producer({
      createPartitioner: this.#partitioner,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
    });
    if (onRequest !== undefined) {
      this.#producer.on(this.#producer.events.REQUEST, ({ payload }) => {
        onRequest(payload.apiName);
      });
    }
  }

  /** Whether it is connected for good, and not just on its way. */
  get hasSent(): boolean {
    return this.#hasSent;
  }

  /** Whether any of these records may have left: KafkaJS asks for a partition right before. */
  mayHaveSent(messages: readonly Message[]): boolean {
    return messages.some((message) => this.#partitions.has(message));
  }

  /** Resolves once all replicas in sync have them, with one place for each. One call at a time. */
  async send(topic: string, messages: readonly Message[]): Promise<RecordPlace[]> {
    await (this.#connected ??= this.#producer.connect());
    const bases = await this.#producer.send({
      topic,
      messages: [...messages],
      acks: -1,
      timeout: REQUEST_MS_MAX,
    });
    this.#hasSent = true;
    return this.#placesOf(messages, bases);
  }

  /** Lets go of everything at once; a send that is under way rejects. */
  abandon(): void {
    this.#abandoned = true;
    for (const socket of this.#sockets) socket.destroy(new Error('given up'));
    this.#producer.disconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#producer.disconnect();
    this.abandon();
  }

  /** Kafka's own choice of partitions, murmur2 of the key, and a note of each. */
  readonly #partitioner: ICustomPartitioner = () => {
    const choose = Partitioners.DefaultPartitioner();
    return (question) => {
      const partition = choose(question);
      this.#partitions.set(question.message, partition);
      return partition;
    };
  };

  /** The broker tells the first offset of each partition; the records there follow in their order. */
  #placesOf(messages: readonly Message[], bases: readonly RecordMetadata[]): RecordPlace[] {
    const next = new Map(bases.map((one) => [one.partition, Number(one.baseOffset)]));
    return messages.map((message) => {
      const partition = this.#partitions.get(message) ?? -1;
      const offset = next.get(partition);
      if (offset === undefined) throw new Error('the broker told no place for a record');
      next.set(partition, offset + 1);
      return { partition, offset };
    });
  }

  #socket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
    if (this.#abandoned) throw new Error('given up');
    const to = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    // KafkaJS says `null` for none, though its types do not.
    const secure = ssl as typeof ssl | null;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket =
      secure === null
        ? connectPlain(to, onConnect)
        : connectSecurely({ ...to, ...servername, ...secure }, onConnect);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
