import { parseArgs } from 'node:util';
import { defaultStrategy, strategyNames } from '../../lib/domain/product.ts';
import { STOCK_MAX } from '../../lib/domain/limits.ts';
import type { Harness } from '../../localstack/shop/open.ts';
import { type ModelSettings, modelSettingsIn } from '../contention/round-trip.ts';
import { type Racer, racers } from './racers.ts';

export const HELP = `Sells the same few units to a crowd, over HTTP, and checks that each is sold exactly once.

  npm run race -- [options]

  --strategy NAME…   ${strategyNames.slice(0, 3).join(', ')},
                     ${strategyNames.slice(3).join(', ')},
                     naive (reads, then writes without condition: oversells), or all of them;
                     default ${defaultStrategy}
  --orders N         orders of one unit each (default 30)
  --units N          units on sale (default 20)
  --runs N           counted runs of each strategy, every one with a new product (default 1)
  --concurrency N    orders under way at a time (default: all at once)
  --url URL          the shop to race against, http only; default: the one on PORT (3000) if it
                     answers, else one is started for the time, behind serverless-offline
  --thin             start a shop behind a plain node:http harness instead, with engines of its own
  --workers          start one that gives each invocation a worker of its own
  --json FILE        write the figures there
  --model            everything a second time under the contention model: DynamoDB's conflicts and
                     throttling, which the engine on this machine lacks; always with shops of the
                     race's own. CONTENTION_ROUND_TRIP_MS (5): how long a write takes at least
  --money            race for money instead: duplicate payments and charges, and the like; each must
                     move it exactly once. Not with --strategy, --orders, --units, --concurrency
  --help             this text

Exit status: 0 if the law held in each run (naive apart, which is there to break it), 1 if it was
broken or the race could not be run, 2 for a wrong command line, 130 after Ctrl-C.`;

/** The race that was asked for. */
export interface RaceOptions {
  /** For money and not for stock: then strategies, orders, units and concurrency mean nothing. */
  readonly money: boolean;
  readonly strategies: readonly Racer[];
  readonly orders: number;
  readonly units: number;
  readonly runs: number;
  /** Orders under way at a time; never more than there are orders. */
  readonly concurrency: number;
  /** Everything a second time, under the contention model. */
  readonly model: ModelSettings | undefined;
  /** What a shop of the race's own stands behind. */
  readonly harness: Harness;
  /** Start a shop even if one is running. */
  readonly ownShop: boolean;
  /** The shop that was named. */
  readonly url: string | undefined;
  /** Where a shop is looked for if none was named. */
  readonly defaultUrl: string;
  readonly json: string | undefined;
}

/** Reads a command line; throws an error that names what is wrong with it. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly values: { readonly help: boolean }; readonly options: RaceOptions } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      strategy: { type: 'string', multiple: true },
      orders: { type: 'string' },
      units: { type: 'string' },
      runs: { type: 'string', default: '1' },
      concurrency: { type: 'string' },
      money: { type: 'boolean', default: false },
      model: { type: 'boolean', default: false },
      thin: { type: 'boolean', default: false },
      workers: { type: 'boolean', default: false },
      url: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { money, model, help, thin, workers, url, json } = values;
  if (money) refuseStock(values);
  const orders = whole('--orders', values.orders ?? '30', { min: 1, max: ORDERS_MAX });
  const strategies = strategiesIn(values.strategy, positionals);
  const options: RaceOptions = {
    money,
    strategies,
    orders,
    units: whole('--units', values.units ?? '20', { min: 0, max: STOCK_MAX }),
    runs: whole('--runs', values.runs, { min: 1, max: RUNS_MAX }),
    concurrency: Math.min(
      orders,
      whole('--concurrency', values.concurrency ?? String(orders), { min: 1, max: ORDERS_MAX }),
    ),
    model: model ? modelSettingsIn(env) : undefined,
    harness: harnessOf({ thin, workers, model }),
    ownShop: thin || workers || model || strategies.includes('naive'),
    url: url === undefined ? undefined : shopUrl(url),
    defaultUrl: `http://127.0.0.1:${portIn(env)}`,
    json: json === '' ? wrong('--json needs the name of a file.') : json,
  };
  return { values: { help }, options };
}

const ORDERS_MAX = 100_000;
const RUNS_MAX = 100_000;

function wrong(message: string): never {
  throw new Error(message);
}

function whole(flag: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  return wrong(`${flag} needs a whole number from ${min} to ${max}, not "${text}".`);
}

function refuseStock(given: Readonly<Record<string, unknown>>): void {
  const flag = ['strategy', 'orders', 'units', 'concurrency'].find((name) => name in given);
  if (flag === undefined) return;
  wrong(`--money and --${flag} exclude each other: the race for money has requests of its own.`);
}

/** Names may follow one `--strategy`, come with one each, or stand in a list with commas. */
function strategiesIn(
  named: readonly string[] | undefined,
  positionals: readonly string[],
): readonly Racer[] {
  const [stray] = positionals;
  if (named === undefined) {
    return stray === undefined ? [defaultStrategy] : wrong(`Unexpected argument "${stray}".`);
  }
  const names = [...named, ...positionals].flatMap((text) => text.split(','));
  const known = names.flatMap((name) => (name === 'all' ? racers : [racerOf(name)]));
  return [...new Set(known)];
}

function racerOf(name: string): Racer {
  return (
    racers.find((known) => known === name) ??
    wrong(`Unknown strategy "${name}": choose from ${racers.join(', ')}, or all.`)
  );
}

function harnessOf({
  thin,
  workers,
  model,
}: Readonly<Record<'thin' | 'workers' | 'model', boolean>>): Harness {
  if (thin && workers) return wrong('--thin and --workers exclude each other.');
  if (model && workers) {
    return wrong('--workers and --model exclude each other: workers would share no state of it.');
  }
  if (thin) return 'thin';
  return workers ? 'workers' : 'offline';
}

function shopUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:') return wrong(`--url needs an http:// address, not "${text}".`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function portIn(env: Readonly<Record<string, string | undefined>>): number {
  return whole('PORT', env['PORT'] ?? '3000', { min: 1, max: 65_535 });
}
