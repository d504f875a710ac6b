import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { type AsyncAPIDocumentInterface, Parser } from '@asyncapi/parser';
import { eventTypeOf } from '../../../lib/domain/order-event.ts';
import { orderEventsTopic, ordersTopic } from '../../../lib/runtime/topics.ts';
import { declaredIn } from '../../../localstack/bridge/declared.ts';

const file = 'docs/events/asyncapi.yaml';
const text = await readFile(file, 'utf8');

/** AsyncAPI's own parser: whatever it has to say, down to a hint, and what it read. */
const read = (changed = text) => new Parser().parse(changed, { source: resolve(file) });

async function accepted(): Promise<AsyncAPIDocumentInterface> {
  const { document } = await read();
  if (document === undefined) throw new Error('the document is not accepted');
  return document;
}

interface Keyed {
  readonly key: { readonly pattern: string };
}

const unprefixed = { TOPIC_PREFIX: '' };
const topics = [ordersTopic(unprefixed), orderEventsTopic(unprefixed)];

it('is accepted by the validator of AsyncAPI without a word', async () => {
  const { document, diagnostics } = await read();
  expect(diagnostics).toEqual([]);
  expect(document?.version()).toMatch(/^3\./);
});

it.each([
  ['an unknown field', 'action: receive', 'action: take'],
  ['a schema that is not there', 'order-record.schema.json', 'no-record.schema.json'],
  ['a message that is not there', 'messages/orderPaid', 'messages/orderPayed'],
])('would not be accepted with %s', async (_, from, to) => {
  const { document } = await read(text.replace(from, to));
  expect(document).toBeUndefined();
});

it('refers to every schema that is published beside it', async () => {
  const schemas = (await readdir('docs/events')).filter((name) => name.endsWith('.schema.json'));
  const referred = [...text.matchAll(/\$ref: \.\/([^#\s]+)/g)].map(([, name]) => name);
  expect([...new Set(referred)].sort()).toEqual(schemas.sort());
  const { oneOf = [] } = JSON.parse(
    await readFile('docs/events/order-event.schema.json', 'utf8'),
  ) as { oneOf?: object[] };
  const parts = [...text.matchAll(/order-event\.schema\.json#\/oneOf\/(\d+)/g)];
  expect(parts.map(([, part]) => Number(part))).toEqual([...oneOf.keys()]);
});

it('names the topics of the shop, keyed as its consumers demand', async () => {
  const channels = (await accepted()).channels().all();
  expect(channels.map((channel) => channel.address())).toEqual(topics);
  const bound = channels.map((channel) => channel.bindings().get('kafka')?.value<object>());
  expect(bound).toMatchObject(topics.map((topic) => ({ topic, partitions: 3 })));
  const keys = channels.map((channel) => {
    const bindings = channel
      .messages()
      .all()
      .map((message) => message.bindings().get('kafka'));
    const patterns = bindings.map((binding) => binding?.value<Keyed>().key.pattern);
    const [pattern = '', ...others] = new Set(patterns);
    expect(others).toEqual([]);
    return new RegExp(pattern);
  });
  const orderId = `ord_${'a2'.repeat(13)}`;
  const tried = ['tee-1_L', 'a b', '', orderId, `${orderId}:PAID`].map((key) =>
    keys.map((pattern) => pattern.test(key)),
  );
  expect(tried).toEqual([
    [true, false],
    [false, false],
    [false, false],
    [true, true],
    [false, false],
  ]);
});

it('has a message of each event that the shop tells, with the schema of that event', async () => {
  const events = (await accepted())
    .channels()
    .all()
    .find((channel) => channel.address() === orderEventsTopic(unprefixed));
  const told = events
    ?.messages()
    .all()
    .map((message) => [
      message.id(),
      message.name(),
      message.payload()?.property('type')?.const() as unknown,
      message.payload()?.property('status')?.const() as unknown,
    ]);
  expect(told).toEqual(
    Object.entries(eventTypeOf).map(([status, type]) => [type, type, type, status]),
  );
});

it('has an operation for each function that reads or writes a topic', async () => {
  const operations = (await accepted()).operations().all();
  const ofAction = (action: string) =>
    operations
      .filter((operation) => operation.action() === action)
      .map((operation) => [operation.id(), operation.channels().all()[0]?.address()]);
  const template = await readFile('serverless.yml', 'utf8');
  const { mappings } = declaredIn(template, { env: {}, stage: 'local' });
  const reading = mappings.flatMap((mapping) =>
    mapping.kind === 'kafka' ? [[mapping.functionName, mapping.topic]] : [],
  );
  expect(ofAction('receive')).toEqual(reading);
  expect(ofAction('send')).toEqual([
    ['placeOrder', topics[0]],
    ['relayEvents', topics[1]],
  ]);
});
