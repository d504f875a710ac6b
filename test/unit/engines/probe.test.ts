import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { shown } from '../../../localstack/engines/engine.ts';
import { ENGINES } from '../../../localstack/engines/index.ts';
import { freePort, isFree, wellKnownPort } from '../../../localstack/engines/ports.ts';

const { dynamodb, redis, kafka } = ENGINES;
let server: Server | undefined;

afterEach(() => {
  server?.close();
});

/** Something that gives the same answer to whatever it is asked. */
async function answering(answer: string): Promise<number> {
  server = createServer((socket) => socket.once('data', () => socket.end(answer)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('an engine is up only if it speaks its own protocol', () => {
  const notFound = 'HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found';

  test.each([
    ['dynamodb', notFound, 'not DynamoDB'],
    ['redis', notFound, 'not Redis'],
    ['redis', '-LOADING Redis is loading the dataset\r\n', 'still loading'],
    ['kafka', '\0\0\0\x08notKafka', 'not Kafka'],
    ['kafka', notFound, 'closed without an answer'],
    ['kafka', '', 'closed without an answer'],
  ] as const)('%s is not what answers %j', async (name, answer, why) => {
    const engine = ENGINES[name];
    await expect(engine.ping(engine.address(await answering(answer)))).rejects.toThrow(why);
  });

  test('Redis that wants a password first is up', async () => {
    await redis.ping(redis.address(await answering('-NOAUTH Authentication required.\r\n')));
  });

  test('DynamoDB that refuses the made-up signature is up', async () => {
    const refusal = '{"__type":"com.amazon.coral.service#UnrecognizedClientException"}';
    const head = `HTTP/1.1 400 Bad Request\r\nContent-Length: ${refusal.length}`;
    await dynamodb.ping(dynamodb.address(await answering(`${head}\r\n\r\n${refusal}`)));
  });
});

describe('an address', () => {
  test.each([
    [dynamodb, 'https://dynamodb.test', { host: 'dynamodb.test', port: 443, secure: true }],
    [redis, 'redis://:secret@cache', { host: 'cache', port: 6379, secure: false }],
    [redis, 'rediss://cache:6380', { host: 'cache', port: 6380, secure: true }],
    [kafka, 'one:9092,two:9093', { host: 'one', port: 9092, secure: false }],
    [kafka, '[::1]:9092', { host: '::1', port: 9092, secure: false }],
  ])('of $title: %s', (engine, address, endpoint) => {
    expect(engine.endpointOf(address)).toEqual(endpoint);
  });

  test.each([
    [dynamodb, 'localhost:4566'],
    [redis, 'http://localhost'],
    [kafka, 'localhost'],
  ])('is refused by $title: %s', (engine, address) => {
    expect(() => engine.endpointOf(address)).toThrow(/it is no/);
  });

  test('hides its password on a screen', () => {
    expect(shown('redis://me:secret@cache:6379')).toBe('redis://***@cache:6379');
    expect(shown('http://127.0.0.1:4566')).toBe('http://127.0.0.1:4566');
  });
});

describe('a port', () => {
  test('that is found free is free, and no longer when somebody listens', async () => {
    expect(await isFree(await freePort())).toBe(true);
    expect(await isFree(await answering(''))).toBe(false);
  });

  test('can be moved by its variable, but not to nowhere', () => {
    process.env['ENGINES_REDIS_PORT'] = '7000';
    expect(wellKnownPort(redis)).toBe(7000);
    process.env['ENGINES_REDIS_PORT'] = 'here';
    expect(() => wellKnownPort(redis)).toThrow('ENGINES_REDIS_PORT is here, which is no port.');
    delete process.env['ENGINES_REDIS_PORT'];
    expect(wellKnownPort(redis)).toBe(16379);
  });
});
