import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { deadLetterIdOf } from '../../lib/messaging/dead-letter-id.ts';
import type { DeadLetter } from '../../lib/ports/dead-letters.ts';
import { freePort } from '../../localstack/engines/ports.ts';
import { call } from '../../localstack/shop/client.ts';
import type { Harness, Shop } from '../../localstack/shop/open.ts';
import { freshTopic, readTopic } from '../integration/kafka/topics.ts';
import { admin, openTestShop, times } from './shop.ts';
import { testDatabase } from '../database.ts';

const brokers = process.env['KAFKA_BROKERS'] ?? '';
const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const binary = Uint8Array.from([0, 255, 128]);

describe.each<Harness>(['thin', 'offline'])('dead letters behind the harness %s', (harness) => {
  const TABLE_PREFIX = `e2e-${randomUUID()}-`;
  const { deadLetters } = dynamoShop(testDatabase(TABLE_PREFIX));
  let shop: Shop;
  let topic: string;
  let token: string;
  beforeAll(async () => {
    [shop, topic] = await Promise.all([
      openTestShop(harness, {}, TABLE_PREFIX),
      freshTopic(brokers, { numPartitions: 1 }),
    ]);
    token = await admin();
  }, 120_000);
  afterAll(() => shop.stop());

  let offset = 0;
  async function given(more: Partial<DeadLetter> = {}): Promise<DeadLetter> {
    const place = { topic, partition: 0, offset: (offset += 1) };
    const letter = {
      ...{ deadLetterId: deadLetterIdOf(place), reason: 'not-json', detail: 'No JSON.' },
      ...{ ...place, at: new Date(Date.UTC(2026, 0, 1) + offset).toISOString() },
      ...{ headers: [], ...more },
    };
    expect(await deadLetters.keep(letter)).toEqual({ kind: 'kept' });
    return letter;
  }
  const list = async (query = '') => call(shop.url, `GET /admin/dead-letters${query}`, { token });
  const replay = (id: string) => call(shop.url, `POST /admin/dead-letters/${id}/replay`, { token });
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  it('shows records as text, and as base64 where they are none', async () => {
    const text = await given({ key: bytes('shoe'), value: bytes('{"티셔츠"') });
    const headers = [
      { name: 'trace', value: bytes('1') },
      { name: 'trace', value: binary },
    ];
    const other = await given({ key: binary, value: binary, headers });
    const tombstone = await given({ reason: 'tombstone' });
    const { status, json } = await list();
    const place = { topic, partition: 0, detail: 'No JSON.' };
    expect([status, json]).toEqual([
      200,
      {
        items: [
          {
            ...{ ...place, deadLetterId: tombstone.deadLetterId, reason: 'tombstone' },
            ...{ offset: 3, at: '2026-01-01T00:00:00.003Z', headers: [] },
          },
          {
            ...{ ...place, deadLetterId: other.deadLetterId, reason: 'not-json' },
            ...{ offset: 2, at: '2026-01-01T00:00:00.002Z' },
            ...{ keyBase64: 'AP+A', valueBase64: 'AP+A' },
            headers: [
              { name: 'trace', value: '1' },
              { name: 'trace', valueBase64: 'AP+A' },
            ],
          },
          {
            ...{ ...place, deadLetterId: text.deadLetterId, reason: 'not-json' },
            ...{ offset: 1, at: '2026-01-01T00:00:00.001Z' },
            ...{ key: 'shoe', value: '{"티셔츠"', headers: [] },
          },
        ],
      },
    ]);
  });

  it('publishes a record again, as it was, as often as it is asked to', async () => {
    const headers = [{ name: 'trace', value: binary }];
    const one = await given({ key: bytes('shoe'), value: binary, headers });
    const bare = await given();
    const answers = [
      await replay(one.deadLetterId),
      await replay(bare.deadLetterId),
      await replay(one.deadLetterId),
    ];
    const told = ({ deadLetterId }: DeadLetter, at: number) => [
      202,
      { deadLetterId, replayedAt: time, record: { topic, partition: 0, offset: at } },
    ];
    expect(answers.map(({ status, json }) => [status, json])).toEqual([
      ...[told(one, 0), told(bare, 1), told(one, 2)],
    ]);
    const standing = await readTopic(brokers, topic, 3);
    const again = {
      ...{ key: Buffer.from('shoe'), value: Buffer.from(binary) },
      headers: { trace: Buffer.from(binary) },
    };
    expect(standing).toEqual([
      { partition: 0, offset: 0, ...again },
      { partition: 0, offset: 1, key: null, value: null, headers: {} },
      { partition: 0, offset: 2, ...again },
    ]);
    const { items } = (await list('?limit=2')).json as { items: Record<string, unknown>[] };
    expect(items.map((item) => item['deadLetterId'])).toEqual([
      bare.deadLetterId,
      one.deadLetterId,
    ]);
    expect(items[1]?.['replayedAt']).toBe(answers[2]?.json['replayedAt']);
  });

  it('gives pages that none is missing from while new ones arrive', async () => {
    const before = (await list('?limit=100')).json as { items: { deadLetterId: string }[] };
    type Page = { items: { deadLetterId: string }[]; nextCursor?: string };
    const met: string[] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor } = (await list(`?limit=2${cursor}`)).json as Page;
      met.push(...items.map(({ deadLetterId }) => deadLetterId));
      if (nextCursor === undefined) break;
      cursor = `&cursor=${nextCursor}`;
      await given();
    }
    expect(met).toEqual(before.items.map(({ deadLetterId }) => deadLetterId));
  });

  it('answers in time when many large records are listed', async () => {
    const value = new Uint8Array(256 * 1024).fill(1);
    await Promise.all(times(4, () => given({ value })));
    const { status, text, json } = await list('?limit=100');
    expect(status).toBe(200);
    expect(text.length).toBeLessThan(6_000_000);
    expect(json['nextCursor']).toEqual(expect.any(String));
  });
});

describe('dead letters without a broker', () => {
  it('tells 503 in time, and lists what there is', async () => {
    const TABLE_PREFIX = `e2e-${randomUUID()}-`;
    const gone = `127.0.0.1:${await freePort()}`;
    const shop = await openTestShop('thin', { KAFKA_BROKERS: gone }, TABLE_PREFIX);
    try {
      const { deadLetters } = dynamoShop(testDatabase(TABLE_PREFIX));
      const place = { topic: 'orders', partition: 0, offset: 1 };
      const deadLetterId = deadLetterIdOf(place);
      await deadLetters.keep({
        ...{ ...place, deadLetterId, reason: 'not-json', detail: 'No JSON.', headers: [] },
        at: '2026-01-01T00:00:00.000Z',
      });
      const token = await admin();
      const startMs = performance.now();
      const answer = await call(shop.url, `POST /admin/dead-letters/${deadLetterId}/replay`, {
        token,
      });
      expect(performance.now() - startMs).toBeLessThan(3_000);
      expect([answer.status, answer.json['code']]).toEqual([503, 'unavailable']);
      const { json } = await call(shop.url, 'GET /admin/dead-letters', { token });
      expect(json['items']).toEqual([
        expect.not.objectContaining({ replayedAt: expect.anything() }),
      ]);
    } finally {
      await shop.stop();
    }
  });
});
