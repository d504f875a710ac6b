import { type ISocketFactory, Kafka, type KafkaConfig, logLevel, type RetryOptions } from 'kafkajs';
import kafkajs from 'kafkajs/package.json' with { type: 'json' };
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** The only version whose inner parts this file knows. */
const KNOWN_VERSION = '2.2.4';

/** Where the brokers are, and what opens them. */
export interface KafkaAccess {
  readonly brokers: readonly string[];
  /**
   * Makes a token to log in with, asked for at each connection; all is spoken under TLS then. Without
   * it brokers are spoken to in the clear and by nobody in particular, as on one machine.
   */
  readonly token?: (() => Promise<string>) | undefined;
}

/** How long a client waits for a broker, and what it is made of. */
export interface KafkaSettings extends KafkaAccess {
  /** Names the client in the broker's logs and quotas. */
  readonly clientId: string;
  readonly connectMsMax: number;
  readonly requestMsMax: number;
  readonly socketFactory?: ISocketFactory;
  /** For whoever has nothing else to do than to wait for a broker. */
  readonly retry?: RetryOptions;
}

/**
 * A client that says nothing and, unless asked to, never retries by itself: whoever uses it knows how
 * long they can wait, and KafkaJS does not. Nothing else in the shop constructs one.
 */
export const kafkaClient = (settings: KafkaSettings): Kafka =>
  new Kafka({
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: settings.connectMsMax,
    requestTimeout: settings.requestMsMax,
    retry: settings.retry ?? { retries: 0 },
    logLevel: logLevel.NOTHING,
    ...loginOf(settings.token),
    ...(settings.socketFactory === undefined ? {} : { socketFactory: settings.socketFactory }),
  });

const loginOf = (token: KafkaAccess['token']): Pick<KafkaConfig, 'ssl' | 'sasl'> =>
  token === undefined
    ? {}
    : {
        ssl: true,
        sasl: {
          mechanism: 'oauthbearer',
          oauthBearerProvider: async () => ({ value: await token() }),
        },
      };

/**
 * Lets an idle client rest. KafkaJS looks for pending requests every millisecond as long as a client
 * lives, 4 % of a core, and asks Node for timers in the past; it need not look while there are none,
 * since every request that joins them calls this again.
 */
export function quietRequestQueue(version: string = kafkajs.version): void {
  if (version !== KNOWN_VERSION) {
    throw new Error(
      `KafkaJS is ${version}, and ${KNOWN_VERSION} is what lib/adapters/kafka/client.ts mends: ` +
        'see whether RequestQueue still needs it.',
    );
  }
  const { prototype } = RequestQueue;
  const { scheduleCheckPendingRequests: schedule } = prototype;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
}

quietRequestQueue();
