import type { Endpoint } from '../engine.ts';
import { exchange } from '../probe.ts';

/** The three requests that tell whether a broker is up; all in their oldest version, which all speak. */
const FIND_COORDINATOR = 10;
const DESCRIBE_GROUPS = 15;
const API_VERSIONS = 18;

const LENGTH_BYTES = 4;
const CORRELATION_ID = 0x1a57;
const PROBE_GROUP = 'engines-probe';

/** Rejects unless a Kafka broker answers at the endpoint. */
export async function askVersions(endpoint: Endpoint): Promise<void> {
  const body = await ask(endpoint, API_VERSIONS, Buffer.alloc(0));
  refuse(body.readInt16BE(0));
}

/**
 * Rejects until the broker serves consumer groups.
 *
 * The first request makes a fresh broker create its offsets topic; the second is refused until the group
 * coordinator has loaded it. A first consumer would meet both refusals and log them as errors.
 */
export async function askGroupCoordinator(endpoint: Endpoint): Promise<void> {
  const found = await ask(endpoint, FIND_COORDINATOR, text(PROBE_GROUP));
  refuse(found.readInt16BE(0));
  const one = Buffer.from([0, 0, 0, 1]);
  const described = await ask(endpoint, DESCRIBE_GROUPS, Buffer.concat([one, text(PROBE_GROUP)]));
  refuse(described.readInt16BE(one.length));
}

async function ask(endpoint: Endpoint, apiKey: number, body: Buffer): Promise<Buffer> {
  const header = Buffer.alloc(8);
  header.writeInt16BE(apiKey, 0);
  header.writeInt16BE(0, 2);
  header.writeInt32BE(CORRELATION_ID, 4);
  const request = Buffer.concat([header, text('engines'), body]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeInt32BE(request.length);
  const answer = await exchange(endpoint, Buffer.concat([length, request]), isWhole);
  if (answer.readInt32BE(LENGTH_BYTES) !== CORRELATION_ID) {
    throw new Error('what answers there is not Kafka');
  }
  return answer.subarray(LENGTH_BYTES + 4);
}

/** Other protocols' answers read as a great length and are never whole: their time runs out. */
function isWhole(answer: Buffer): boolean {
  return answer.length >= LENGTH_BYTES && answer.length >= LENGTH_BYTES + answer.readInt32BE(0);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function refuse(errorCode: number): void {
  if (errorCode !== 0) throw new Error(`the broker answers with error code ${errorCode}`);
}
