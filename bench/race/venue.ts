import {
  EngineFailed,
  EngineMissing,
  showProgress,
  startEngines,
} from '../../localstack/engines/index.ts';
import { ENGINE_NAMES, type EngineName } from '../../localstack/engines/engine.ts';
import { openShop } from '../../localstack/shop/open.ts';
import type { PluginOptions } from '../../localstack/shop/plugins.ts';
import type { RaceOptions } from './options.ts';

interface Shops {
  readonly url: string;
  /** The same shop once more, under the contention model. */
  readonly modelledUrl?: string;
}

/** What is raced against. */
export interface Venue extends Shops {
  /** Shops that oversell, if they were asked for. */
  readonly naive?: Shops;
  /** The functions' logs of shops of the race's own, by their URLs. */
  readonly logFiles?: ReadonlyMap<string, string>;
  /** The Redis of shops of the race's own. */
  readonly redisUrl?: string;
  /** How it runs, in words. */
  readonly harness: string;
  /** Rejects if a shop of ours ends by itself; a running shop is not ours to watch. */
  readonly ended: Promise<never>;
}

/** Something that the race needs is not there; the message is for the user. */
export class RaceImpossible extends Error {
  override readonly name = 'RaceImpossible';
}

/** What was started for the race, also what is only on its way up, to be stopped in reverse. */
export class Started {
  readonly #stops: (() => Promise<void>)[] = [];

  add(stop: () => Promise<void>): void {
    this.#stops.unshift(stop);
  }

  get any(): boolean {
    return this.#stops.length > 0;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
  }
}

/** What all need but the strategy that queues. */
const LOCK_ENGINES: readonly EngineName[] = ['dynamodb', 'redis'];
const PROBE_MS_MAX = 3_000;
const HARNESSES = {
  offline: 'serverless-offline',
  workers: 'serverless-offline with workers',
  thin: 'the thin harness',
};

/** Finds the shop that the options ask for, or starts one. */
export async function findVenue(
  options: RaceOptions,
  started: Started,
  signal: AbortSignal,
): Promise<Venue> {
  const { url, defaultUrl, ownShop } = options;
  if (!ownShop) {
    const running = url ?? defaultUrl;
    const silence = await silenceOf(running);
    if (silence === undefined) {
      return { url: running, harness: `a running shop at ${running}`, ended: never };
    }
    if (url !== undefined) {
      throw new RaceImpossible(
        `No shop answers at ${url} (${silence}): start one with npm start, or leave out --url.`,
      );
    }
  }
  try {
    return await openVenue(options, started, signal);
  } catch (error) {
    if (error instanceof EngineMissing || error instanceof EngineFailed) {
      throw new RaceImpossible(error.message, { cause: error });
    }
    throw error;
  }
}

/** Starts engines of the race's own, so that no other work on shared ones is measured with it. */
async function openVenue(
  { harness, model, strategies, money }: RaceOptions,
  started: Started,
  signal: AbortSignal,
): Promise<Venue> {
  const progress = showProgress();
  const queues = !money && strategies.includes('kafka-keyed');
  const starting = startEngines({
    ...{ ...progress, only: queues ? ENGINE_NAMES : LOCK_ENGINES, reuse: false, signal },
    label: 'race',
  });
  started.add(() =>
    starting.then(
      ({ stop }) => stop(),
      () => undefined,
    ),
  );
  const { env } = await starting;
  progress.end();
  const endings: Promise<never>[] = [];
  const logFiles = new Map<string, string>();
  /** Until one is up, its process ends with this one; see localstack/shop/parent.ts. */
  const open = async (name: string, plugins: PluginOptions): Promise<string> => {
    process.stderr.write(`starting ${name} behind ${HARNESSES[harness]} …\n`);
    // Tables of its own, on the same engine.
    const tablePrefix = `last-one-${name.replaceAll(' ', '-')}-`;
    const prefixes = { tablePrefix, topicPrefix: tablePrefix };
    const shop = await openShop({ harness, env, streams: false, ...prefixes, ...plugins });
    logFiles.set(shop.url, shop.logFile);
    started.add(shop.stop);
    endings.push(shop.ended);
    return shop.url;
  };
  const pair = async (name: string, naive: boolean): Promise<Shops> => {
    const url = await open(name, { naive });
    if (model === undefined) return { url };
    return { url, modelledUrl: await open(`${name} under the model`, { naive, model }) };
  };
  const shops = await pair('a shop', false);
  const naive =
    !money && strategies.includes('naive') ? await pair('a naive shop', true) : undefined;
  return {
    ...shops,
    ...(naive === undefined ? {} : { naive }),
    logFiles,
    redisUrl: env.REDIS_URL,
    harness: `${HARNESSES[harness]} (own shop)`,
    ended: Promise.race(endings),
  };
}

const never = new Promise<never>(() => undefined);

/** Why this is no shop that answers; undefined if it is one. */
async function silenceOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/problems/internal`, {
      signal: AbortSignal.timeout(PROBE_MS_MAX),
    });
    await response.arrayBuffer();
    return response.headers.has('x-request-id') ? undefined : 'something else listens there';
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  }
}
