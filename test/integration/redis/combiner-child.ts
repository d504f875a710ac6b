import { Redis } from 'ioredis';
import type { Fence } from '../../../lib/domain/ids.ts';
import { moment, names, type Outcome, Party } from './combiner-rig.ts';

/**
 * One of several processes that hand entries in at once; their common table is a hash in Redis, and
 * each attempt to put a row is counted in another. Prints what it sent and was told, as JSON.
 */
const [url = '', key = '', name = '', count = '0'] = process.argv.slice(2);
const party = new Party(url);
const table = new Redis(url);
let batches = 0;

async function decide(entries: readonly string[], fence: Fence): Promise<readonly Outcome[]> {
  batches += 1;
  await moment(5);
  const rows = table.pipeline();
  for (const entry of entries) {
    rows.hsetnx(`${key}-rows`, entry, fence);
    rows.hincrby(`${key}-tries`, entry, 1);
  }
  await rows.expire(`${key}-rows`, 60).expire(`${key}-tries`, 60).exec();
  return entries.map((row) => ({ row }));
}

const warmUp = () => party.combine(`${key}-warm-${name}`, 'warm', async () => [{ row: 'warm' }]);
// Four processes that start at once on a busy machine may take long to connect.
while ((await warmUp().catch(() => undefined)) === undefined) await moment();
party.sent.length = 0;
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const told = await Promise.all(
  names(name, Number(count)).map((entry) => party.combine(key, entry, decide)),
);
const rows = told.map((one) =>
  one.kind === 'decided' && 'row' in one.outcome ? one.outcome.row : one.kind,
);
process.stdout.write(`${JSON.stringify({ rows, batches, sent: party.sent.length })}\n`);
party.close();
table.disconnect();
process.stdin.destroy();
