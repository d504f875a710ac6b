import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { orderEventRecord } from '../../../lib/messaging/order-event-record.ts';
import { orderRecord } from '../../../lib/messaging/order-record.ts';

/** What the world is told of our records: made anew with UPDATE_SCHEMAS=1. */
const published = {
  'order-record': {
    title: 'A record of the topic `orders`: an order that waits for its turn. Its key is the SKU.',
    schema: orderRecord,
  },
  'order-event': {
    title:
      'A record of the topic `order-events`: something that became of an order. Its key is the order.',
    schema: orderEventRecord,
  },
};

it.each(Object.entries(published))('docs/events has the schema of %s', async (name, record) => {
  const { title, schema } = record;
  const made = { title, ...z.toJSONSchema(schema, { io: 'input' }) };
  const file = `docs/events/${name}.schema.json`;
  const text = `${JSON.stringify(made, null, 2)}\n`;
  if (process.env['UPDATE_SCHEMAS'] === '1') await writeFile(file, text);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(made);
});
