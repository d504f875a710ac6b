import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { lambdaPort } from '../../../localstack/bridge/lambda-port.ts';
import type { AnyHandler } from '../../../localstack/shop/handlers.ts';
import { serveLambdaPort } from '../../../localstack/shop/thin-lambda.ts';

const handlers: Record<string, AnyHandler> = {
  echo: async (event) => event,
  nothing: async () => undefined,
  broken: async () => Promise.reject(new TypeError('no database')),
};
let server: Server;
let url: string;

beforeAll(async () => {
  server = serveLambdaPort(0, async (name) => {
    const handler = handlers[name];
    if (handler === undefined) throw new Error('no such file');
    return handler;
  });
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

it.each([
  ['answers what the function returns', 'echo', { kind: 'returned', answer: { a: 'é' } }],
  ['answers null for nothing', 'nothing', { kind: 'returned', answer: null }],
])('%s', async (_, name, expected) => {
  expect(await lambdaPort(url, `last-one-local-${name}`)({ a: 'é' })).toEqual(expected);
});

it('tells a throw from an answer', async () => {
  const invocation = await lambdaPort(url, 'last-one-local-broken')({});
  expect(invocation).toEqual({
    kind: 'threw',
    error: '{"errorType":"TypeError","errorMessage":"no database"}',
  });
});

it('does not take an unknown function, or a port without listener, for success', async () => {
  expect(await lambdaPort(url, 'last-one-local-unknown')({})).toMatchObject({
    kind: 'unreached',
    error: expect.stringContaining('404'),
  });
  expect(await lambdaPort('http://127.0.0.1:1', 'echo')({})).toMatchObject({ kind: 'unreached' });
});
