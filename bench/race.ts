import { styleText } from 'node:util';
import { fail, usage } from '../localstack/usage.ts';
import { raceForMoney } from './money/race.ts';
import type { Paint } from './race/grid.ts';
import { HELP, readOptions } from './race/options.ts';
import { hasFolder, saveJson } from './race/save.ts';
import { raceForStock } from './race/stock.ts';
import { findVenue, Started } from './race/venue.ts';

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
  const race = options.money
    ? raceForMoney(venue, options, { signal: abort.signal, paint })
    : raceForStock(venue, options, { signal: abort.signal, paint });
  const { breaches, report, text } = await Promise.race([race, venue.ended]);
  await started.stop();
  process.stdout.write(`\n${text}\n`);
  if (options.json !== undefined) await saveJson(options.json, report);
  process.exitCode = breaches === 0 ? 0 : 1;
} catch (error) {
  // After a signal its handler has the last word.
  if (!abort.signal.aborted) {
    await started.stop();
    fail(error instanceof Error ? error.message : String(error), 1);
  }
}

function paint(style: Parameters<Paint>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
