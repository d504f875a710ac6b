import { describe, expect, it } from '@jest/globals';
import { settled } from './fake-time.ts';
import {
  failedAt,
  kafkaStage,
  records,
  returned,
  threw,
  unreached,
  type Call,
} from './kafka-stage.ts';

const call = (calls: readonly Call[], index: number): Call => {
  const found = calls[index];
  if (found === undefined) throw new Error(`There is no call ${index}: ${calls.length} were made.`);
  return found;
};

describe('a batch', () => {
  it('holds at most so many records, in the order of their partition', async () => {
    const { dispatcher, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 5, 6, 7, 8));
    expect(calls.map((c) => c.records)).toEqual([['0:5', '0:6', '0:7']]);
    await call(calls, 0).end(returned());
    expect(call(calls, 1).records).toEqual(['0:8']);
    expect(done).toEqual(['0:8']);
  });

  it('waits for its window, counted from its first record, and no longer than until it is full', async () => {
    const { dispatcher, time, calls } = kafkaStage({ windowMs: 1_000 });
    dispatcher.take(0, records(0, 1));
    await time.pass(900);
    dispatcher.take(1, records(1, 1));
    await time.pass(99);
    expect(calls).toHaveLength(0);
    await time.pass(1);
    expect(calls.map((c) => c.records)).toEqual([['0:1', '1:1']]);

    dispatcher.take(2, records(2, 1, 2));
    await time.pass(10);
    expect(calls).toHaveLength(1);
    dispatcher.take(2, records(2, 3));
    expect(call(calls, 1).records).toEqual(['2:1', '2:2', '2:3']);
  });

  it('holds several partitions, a record of each in turn, so that none waits for a long one', () => {
    const { dispatcher, calls } = kafkaStage({ batchSize: 4, windowMs: 1_000 });
    dispatcher.take(1, records(1, 7));
    dispatcher.take(0, records(0, 1, 2));
    dispatcher.take(2, records(2, 4, 5, 6));
    const { event } = call(calls, 0);
    expect(
      Object.entries(event.records).map(([key, part]) => [key, part.map((r) => r.offset)]),
    ).toEqual([
      ['orders-1', [7]],
      ['orders-0', [1, 2]],
      ['orders-2', [4]],
    ]);
    expect(event).toMatchObject({
      eventSource: 'aws:kafka',
      eventSourceArn: 'arn',
      bootstrapServers: 'here:9092',
    });
  });

  it('stays below the size that Lambda takes', async () => {
    const { dispatcher, calls } = kafkaStage({ batchSize: 100 });
    const large = records(0, 1, 2, 3).map((r) => ({ ...r, value: 'x'.repeat(2_500_000) }));
    dispatcher.take(0, large);
    expect(call(calls, 0).records).toEqual(['0:1', '0:2']);
    expect(JSON.stringify(call(calls, 0).event).length).toBeLessThan(6 * 1024 * 1024);
    await call(calls, 0).end(returned());
    expect(call(calls, 1).records).toEqual(['0:3']);
  });
});

describe('a partition', () => {
  it('has one batch in flight, while others go on', async () => {
    const { dispatcher, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 1));
    dispatcher.take(0, records(0, 2));
    dispatcher.take(1, records(1, 1));
    await settled();
    expect(calls.map((c) => c.records)).toEqual([['0:1'], ['1:1']]);
    await call(calls, 0).end(returned());
    expect(call(calls, 2).records).toEqual(['0:2']);
    expect(done).toEqual(['0:2']);
  });

  it('is full with two batches, and has room again when less than one is left', async () => {
    const { dispatcher, calls, room } = kafkaStage();
    expect(dispatcher.take(0, records(0, 1, 2, 3, 4, 5))).toBe(false);
    expect(dispatcher.take(0, records(0, 6, 7, 8, 9))).toBe(true);
    await call(calls, 0).end(returned());
    expect(room).toEqual([]);
    await call(calls, 1).end(returned());
    expect(room).toEqual([0]);
    await call(calls, 2).end(returned());
    expect(room).toEqual([0]);
  });
});

describe('a failed invocation', () => {
  it.each([
    ['that threw', threw],
    ['that did not come through', unreached],
    ['whose answer is no object', returned('ok')],
    ['that names an unknown partition', failedAt(['orders-7', 1])],
    ['that names an offset not in the batch', failedAt(['orders-0', 2], ['orders-1', 9])],
    ['that names no place', returned({ batchItemFailures: [{ itemIdentifier: null }] })],
    ['that names a place in other words', returned({ batchItemFailures: [{ id: 1 }] })],
    ['whose list is none', returned({ batchItemFailures: 'orders-0' })],
  ])('%s brings the whole batch again, and nothing is done', async (_, failure) => {
    const { dispatcher, time, calls, done } = kafkaStage({ windowMs: 10 });
    dispatcher.take(0, records(0, 1, 2));
    dispatcher.take(1, records(1, 1));
    await call(calls, 0).end(failure);
    dispatcher.take(0, records(0, 3));
    await time.pass(99);
    expect(calls).toHaveLength(1);
    await time.pass(1);
    expect(call(calls, 1).records).toEqual(['0:1', '0:2', '1:1']);
    expect(done).toEqual([]);
    await call(calls, 1).end(returned());
    expect(done).toEqual(['0:3', '1:2']);
    await time.pass(10);
    expect(call(calls, 2).records).toEqual(['0:3']);
  });

  it('is tried again without end, after waits that double up to 5 s', async () => {
    const { dispatcher, time, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 1));
    const waitsMs: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      await call(calls, i).end(threw);
      const startMs = time.nowMs();
      while (calls.length === i + 1) await time.pass(50);
      waitsMs.push(time.nowMs() - startMs);
    }
    expect(waitsMs.slice(0, 8)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(Math.max(...waitsMs)).toBe(5_000);
    await call(calls, 50).end(returned());
    expect(done).toEqual(['0:2']);
  });
});

describe('a success', () => {
  it.each([
    ['no answer', null],
    ['an empty answer', ''],
    ['an answer of other things', { settled: 3 }],
    ['no list', { batchItemFailures: null }],
    ['an empty list', { batchItemFailures: [] }],
  ])('is %s', async (_, answer) => {
    const { dispatcher, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 1, 2));
    await call(calls, 0).end(returned(answer));
    expect(done).toEqual(['0:3']);
  });

  it('is any answer of a function that reports no failures', async () => {
    const { dispatcher, calls, done } = kafkaStage({ reportsFailures: false });
    dispatcher.take(0, records(0, 1));
    await call(calls, 0).end(failedAt(['orders-0', 1]));
    expect(done).toEqual(['0:2']);
  });
});

describe('a partial failure', () => {
  it('resumes each named partition at the lowest offset named, and takes the others as done', async () => {
    const { dispatcher, time, calls, done } = kafkaStage({ batchSize: 6, windowMs: 10 });
    dispatcher.take(0, records(0, 1, 2, 3));
    dispatcher.take(1, records(1, 7, 9));
    dispatcher.take(2, records(2, 4));
    await call(calls, 0).end(failedAt(['orders-0', 2], ['orders-0', 3], ['orders-1', 7]));
    expect(done).toEqual(['0:2', '2:5']);
    dispatcher.take(0, records(0, 4));
    dispatcher.take(2, records(2, 5));
    await time.pass(10);
    expect(call(calls, 1).records).toEqual(['2:5']);
    await time.pass(90);
    expect(call(calls, 2).records).toEqual(['0:2', '0:3', '0:4']);
    expect(call(calls, 3).records).toEqual(['1:7', '1:9']);
    await call(calls, 2).end(returned());
    await call(calls, 3).end(returned());
    expect(done).toEqual(['0:2', '2:5', '0:5', '1:10']);
  });

  it('waits longer the oftener a record fails first, and begins anew once one is done', async () => {
    const { dispatcher, time, calls } = kafkaStage();
    dispatcher.take(0, records(0, 1, 2));
    await call(calls, 0).end(failedAt(['orders-0', 1]));
    await time.pass(100);
    await call(calls, 1).end(failedAt(['orders-0', 1]));
    await time.pass(199);
    expect(calls).toHaveLength(2);
    await time.pass(1);
    await call(calls, 2).end(failedAt(['orders-0', 2]));
    await time.pass(100);
    expect(call(calls, 3).records).toEqual(['0:2']);
  });
});

describe('reading anew', () => {
  it('drops what waits, and counts nothing of what was out', async () => {
    const { dispatcher, time, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 1, 2, 3, 4));
    dispatcher.rewind();
    dispatcher.take(0, records(0, 1, 2));
    await settled();
    expect(calls).toHaveLength(1);
    await call(calls, 0).end(failedAt(['orders-0', 3]));
    expect(done).toEqual([]);
    await time.pass(1_000);
    expect(calls.map((c) => c.records)).toEqual([
      ['0:1', '0:2', '0:3'],
      ['0:1', '0:2'],
    ]);
  });

  it('ends the retries of what was out', async () => {
    const { dispatcher, time, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 1));
    await call(calls, 0).end(threw);
    dispatcher.rewind();
    await time.pass(10_000);
    expect(calls).toHaveLength(1);
    dispatcher.take(0, records(0, 1));
    await call(calls, 1).end(returned());
    expect(done).toEqual(['0:2']);
  });
});

describe('a stop', () => {
  it('waits for what is out, tells that it is done, and begins nothing', async () => {
    const { dispatcher, time, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 1, 2, 3, 4));
    let stopped = false;
    const stopping = dispatcher.stop().then(() => (stopped = true));
    await time.pass(10_000);
    expect(stopped).toBe(false);
    await call(calls, 0).end(returned());
    await stopping;
    expect(done).toEqual(['0:4']);
    dispatcher.take(1, records(1, 1));
    await time.pass(10_000);
    expect(calls).toHaveLength(1);
  });

  it('leaves a batch that rests before its next try undone', async () => {
    const { dispatcher, time, calls, done } = kafkaStage();
    dispatcher.take(0, records(0, 1));
    await call(calls, 0).end(threw);
    await dispatcher.stop();
    await time.pass(10_000);
    expect(calls).toHaveLength(1);
    expect(done).toEqual([]);
  });
});
