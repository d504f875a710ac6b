import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const DYNAMODB_ENDPOINT = process.env['DYNAMODB_ENDPOINT'] ?? '';
const KAFKA_BROKERS = process.env['KAFKA_BROKERS'] ?? '';

/** Runs `npm run replay-events` on the shop of this prefix. */
export async function replayEvents(
  prefix: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; out: string; err: string }> {
  const env = {
    ...process.env,
    ...{ DYNAMODB_ENDPOINT, KAFKA_BROKERS, TABLE_PREFIX: prefix, TOPIC_PREFIX: prefix, STAGE: '' },
    ...settings,
  };
  const child = spawn(process.execPath, ['localstack/replay-events.ts', ...args], { env });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [[status], out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { status, out, err };
}
