import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { showProgress, startEngines } from '../localstack/engines/index.ts';
import { signToken } from '../localstack/shop/keys.ts';
import { openShop } from '../localstack/shop/open.ts';
import { fail, usage } from '../localstack/usage.ts';
import { behindRefusals } from './open-loop/behind-refusals.ts';
import { type Load, load, putManyOnSale } from './open-loop/load.ts';
import { percentile } from './race/percentile.ts';

const HELP = `Sends orders that queue at a fixed rate, and tells how long they take to be decided: all for one
product, or spread over many. Then it sends orders of a sold-out product, and one of another product
behind them in the same partition. With engines and a shop of its own, behind the thin harness.

  npm run open-loop -- [options]

  --rate N        orders a second (default 50)
  --seconds N     for so long, each time (default 10)
  --products N    the many (default 100)
  --rounds N      one and many, so often, one after the other (default 3)
  --refusals N    refused orders before the one behind them (default 1000)
  --help          this text`;

const { values } = usage(HELP, () =>
  parseArgs({
    options: {
      rate: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '10' },
      products: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '3' },
      refusals: { type: 'string', default: '1000' },
      help: { type: 'boolean', default: false },
    },
  }),
);

const countOf = (name: 'rate' | 'seconds' | 'products' | 'rounds' | 'refusals'): number => {
  const count = Number(values[name]);
  if (Number.isInteger(count) && count > 0) return count;
  return fail(`--${name} needs a whole number from 1 up.`);
};
const perSecond = countOf('rate');
const seconds = countOf('seconds');
const [products, rounds, refusals] = [countOf('products'), countOf('rounds'), countOf('refusals')];

const progress = showProgress();
const engines = await startEngines({ ...progress, reuse: false, label: 'open-loop' });
progress.end();
const prefix = `open-${randomUUID()}-`;
const env = { ...engines.env, LOG_LEVEL: 'ERROR' };
const prefixes = { tablePrefix: prefix, topicPrefix: prefix };
const shop = await openShop({ harness: 'thin', env, ...prefixes });
try {
  const token = await signToken('open-loop');
  const units = perSecond * seconds * (rounds + 1);
  const many = await putManyOnSale(shop.url, products, units);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const crowd = { url: shop.url, token, perSecond, seconds };
  say('warm-up');
  await load({ ...crowd, skus: many });
  const loads: { one: Load[]; many: Load[] } = { one: [], many: [] };
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    loads.one.push(await load({ ...crowd, skus: await putManyOnSale(shop.url, 1, units) }));
    loads.many.push(await load({ ...crowd, skus: many }));
  }
  const [one, spread] = [summed(loads.one), summed(loads.many)];
  process.stdout.write(
    `${perSecond} orders a second for ${seconds} s, ${rounds} rounds; from its moment to its decision:\n` +
      `  one product     ${told(one)}\n` +
      `  ${products} products    ${told(spread)}\n` +
      `  p99, one to many: ${(percentile(one.ms, 99) / percentile(spread.ms, 99)).toFixed(2)}\n`,
  );
  say(`${refusals} refusals`);
  const behindMs = await behindRefusals(shop.url, token, refusals);
  process.stdout.write(
    `Behind ${refusals} refused orders in its partition, acknowledged after them: ` +
      `decided after ${behindMs.toFixed(0)} ms\n`,
  );
} finally {
  await shop.stop();
  await engines.stop();
}

interface Summed {
  readonly ms: readonly number[];
  readonly others: string;
}

function summed(loads: readonly Load[]): Summed {
  const others = loads.map((one) => JSON.stringify(one.others)).filter((text) => text !== '{}');
  return { ms: loads.flatMap(({ settledMs }) => settledMs), others: others.join(' ') };
}

function told({ ms, others }: Summed): string {
  const at = (percent: number) => `p${percent} ${percentile(ms, percent).toFixed(0)} ms`;
  return `${ms.length} decided, ${at(50)}, ${at(99)}${others === '' ? '' : `; others: ${others}`}`;
}
