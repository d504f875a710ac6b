import { parseArgs, styleText } from 'node:util';
import { modelSettingsIn } from '../bench/contention/round-trip.ts';
import { isFree } from './engines/ports.ts';
import {
  EngineFailed,
  EngineMissing,
  type Engines,
  showProgress,
  startEngines,
} from './engines/index.ts';
import { putOnSale } from './shop/client.ts';
import { openShop, type Shop } from './shop/open.ts';
import { fail, usage } from './usage.ts';

const HELP = `Opens the shop on this machine, with all the engines that it needs.

  npm start [-- --workers | --model]

  --workers   one worker for each invocation, nearer to Lambda than all in one process
  --model     under the contention model: DynamoDB's conflicts and throttling, which the engine on
              this machine lacks (bench/contention.ts)
  --help      this text

Environment: PORT (3000), CURRENCY (KRW), RESERVATION_SECONDS (600), LOG_LEVEL (INFO), and the
addresses of engines that run already: DYNAMODB_ENDPOINT, REDIS_URL, KAFKA_BROKERS. With --model
also CONTENTION_ROUND_TRIP_MS (5), how long a write or a transaction takes at least.`;

const demo = [
  { sku: 'tee', name: 'Last One Tee', priceMinor: 19_000, units: 20 },
  { sku: 'mug', name: 'Last One Mug', priceMinor: 12_000, units: 200 },
  { sku: 'poster', name: 'The Very Last Poster', priceMinor: 35_000, units: 1 },
];

const { values, model } = usage(HELP, () => {
  const { values } = parseArgs({
    options: {
      workers: { type: 'boolean', default: false },
      model: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return { values, model: values.model ? modelSettingsIn(process.env) : undefined };
});

if (values.workers && model !== undefined) {
  fail('--workers and --model exclude each other: workers would share no state of the model.');
}

const port = Number(process.env['PORT'] ?? '3000');
if (!Number.isInteger(port) || port < 1 || port > 65_535) fail('PORT must be from 1 to 65535.');
if (!(await isFree(port))) {
  fail(
    `Port ${port} is in use: end what listens there, or choose another with PORT=3001 npm start.`,
    1,
  );
}

const abort = new AbortController();
let engines: Engines | undefined;
let shop: Shop | undefined;

async function close(): Promise<void> {
  await shop?.stop();
  await engines?.stop();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    process.stderr.write('\nstopping …\n');
    abort.abort(new Error(signal));
    void close().then(() => process.exit(0));
  });
}

try {
  const progress = showProgress();
  engines = await startEngines({ ...progress, label: 'shop', signal: abort.signal });
  progress.end();
  process.stderr.write('building the functions …\n');
  const { url, logFile, ended } = (shop = await openShop({
    harness: values.workers ? 'workers' : 'offline',
    env: engines.env,
    port,
    model,
  }));
  for (const product of demo) await putOnSale(url, product);
  process.stdout.write(welcome(url, logFile));
  await ended;
} catch (error) {
  if (!abort.signal.aborted) {
    await close();
    const known = error instanceof EngineMissing || error instanceof EngineFailed;
    fail(known ? error.message : error instanceof Error ? error.message : String(error), 1);
  }
}

/** What to paste next. */
function welcome(url: string, logFile: string): string {
  const bold = (text: string) => styleText('bold', text, { stream: process.stdout });
  const modelled =
    model === undefined
      ? ''
      : `\nUnder the contention model, with round trips of ${model.roundTripMs} ms at least.`;
  return `
${demo.map(({ sku, name, units }) => `  ${sku.padEnd(8)} ${name}, ${units} units`).join('\n')}

${bold('Paste into another terminal:')}

  TOKEN=$(npm run -s token -- ann)
  curl -s ${url}/products/tee
  curl -si ${url}/orders -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(date +%s%N)" \\
    -H 'Content-Type: application/json' -d '{"lines":[{"sku":"tee","quantity":1}]}'
  curl -s ${url}/orders/ord_… -H "Authorization: Bearer $TOKEN"    # the Location of the answer

The functions' log: ${logFile}. Ctrl-C stops everything.${modelled}

ready ${url}
`;
}
