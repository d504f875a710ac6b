import {
  EngineFailed,
  EngineMissing,
  showProgress,
  startEngines,
} from '../../localstack/engines/index.ts';
import { openShop } from '../../localstack/shop/open.ts';
import type { RaceOptions } from './options.ts';

/** The shop that is raced against. */
export interface Venue {
  readonly url: string;
  /** The same shop once more, under the contention model. */
  readonly modelledUrl?: string;
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

/** Beside the tables of the shop without the model, on the same engine. */
const MODELLED_TABLES = 'last-one-modelled-';
const PROBE_MS_MAX = 3_000;
const HARNESSES = {
  offline: 'serverless-offline',
  workers: 'serverless-offline with workers',
  thin: 'the thin harness',
};

/** Finds the shop that the options ask for, or starts one. */
export async function findVenue(
  { url, defaultUrl, ownShop, harness, model }: RaceOptions,
  started: Started,
  signal: AbortSignal,
): Promise<Venue> {
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
    const progress = showProgress();
    // Engines of its own, so that no other work on a shared one is measured with it.
    const starting = startEngines({
      ...{ ...progress, only: ['dynamodb'], reuse: false, label: 'race', signal },
    });
    started.add(() =>
      starting.then(
        ({ stop }) => stop(),
        () => undefined,
      ),
    );
    const { env } = await starting;
    progress.end();
    process.stderr.write(`starting a shop behind ${HARNESSES[harness]} …\n`);
    // Until it is up, its process ends with this one; see localstack/shop/parent.ts.
    const shop = await openShop({ harness, env });
    started.add(shop.stop);
    const venue = { url: shop.url, harness: `${HARNESSES[harness]} (own shop)`, ended: shop.ended };
    if (model === undefined) return venue;
    process.stderr.write('starting another under the contention model …\n');
    const modelled = await openShop({ harness, env, model, tablePrefix: MODELLED_TABLES });
    started.add(modelled.stop);
    const ended = Promise.race([shop.ended, modelled.ended]);
    return { ...venue, modelledUrl: modelled.url, ended };
  } catch (error) {
    if (error instanceof EngineMissing || error instanceof EngineFailed) {
      throw new RaceImpossible(error.message, { cause: error });
    }
    throw error;
  }
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
