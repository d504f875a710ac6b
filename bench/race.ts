import { availableParallelism } from 'node:os';
import { styleText } from 'node:util';
import { fail, usage } from '../localstack/usage.ts';
import { HELP, type RaceOptions, readOptions } from './race/options.ts';
import { type Report, reportOf } from './race/report.ts';
import { type Rounds, runRounds } from './race/rounds.ts';
import { hasFolder, saveJson } from './race/save.ts';
import { footnoteOf, tableOf } from './race/table.ts';
import { findVenue, Started, type Venue } from './race/venue.ts';

const { options } = usage(HELP, () => readOptions(process.argv.slice(2), process.env));
if (options.json !== undefined && !(await hasFolder(options.json))) {
  fail(`--json ${options.json}: there is no such folder.`);
}
if (options.model !== undefined) {
  const unused = options.url === undefined ? '' : '; --url is not used';
  process.stderr.write(
    `A running shop can't be put under the contention model: --model starts its own${unused}.\n`,
  );
} else if (options.ownShop && options.url !== undefined) {
  process.stderr.write(`--${options.harness} starts a shop of its own; --url is not used.\n`);
}

const abort = new AbortController();
const started = new Started();

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  // Not `once`: npm passes on a Ctrl-C that the terminal has sent already, and the second one would
  // end this process before it has stopped what it started.
  process.on(signal, () => {
    if (abort.signal.aborted) return;
    abort.abort(new Error(signal));
    const own = started.any;
    process.stderr.write(own ? '\nstopping the shop and its engines …\n' : '\nstopped\n');
    void started.stop().then(() => {
      if (own) process.stderr.write('stopped\n');
      process.exit(status);
    });
  });
}

try {
  const venue = await findVenue(options, started, abort.signal);
  const rounds = await Promise.race([runRounds(venue, options, abort.signal), venue.ended]);
  await started.stop();
  await publish(options, venue, rounds);
  process.exitCode = rounds.breaches === 0 ? 0 : 1;
} catch (error) {
  // After a signal its handler has the last word.
  if (!abort.signal.aborted) {
    await started.stop();
    fail(error instanceof Error ? error.message : String(error), 1);
  }
}

async function publish(asked: RaceOptions, venue: Venue, rounds: Rounds): Promise<void> {
  const { orders, units, runs, strategies, concurrency, model, json } = asked;
  const runsOf = Map.groupBy(rounds.counted, ({ strategy }) => strategy);
  const modelledOf = Map.groupBy(rounds.modelled, ({ strategy }) => strategy);
  const report: Report = {
    orders,
    units,
    runs,
    strategies: strategies.map((strategy) =>
      reportOf(strategy, runsOf.get(strategy) ?? [], modelledOf.get(strategy)),
    ),
  };
  const conditions = {
    concurrency,
    harness: venue.harness,
    nodeVersion: process.version.slice(1),
    cores: availableParallelism(),
    roundTripMs: model?.roundTripMs,
  };
  const table = tableOf(report, (style, text) =>
    styleText(style, text, { stream: process.stdout }),
  );
  process.stdout.write(`\n${table}\n\n${footnoteOf(report, conditions)}\n`);
  if (json !== undefined) await saveJson(json, report);
}
