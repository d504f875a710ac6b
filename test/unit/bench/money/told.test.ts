import { describe, expect, it } from '@jest/globals';
import { toldBy } from '../../../../bench/money/told.ts';

const answer = (status: number, body: unknown, replayed = false) =>
  toldBy({ status, text: JSON.stringify(body), replayed });

describe('what an answer says of a request to move money', () => {
  it('a 201 names its entry and the balance after it', () => {
    const amounts = { amountMinor: 70, balanceMinor: 30 };
    const text = '{"paymentId":"pay_a","amountMinor":70,"balanceMinor":30}';
    expect(answer(201, { paymentId: 'pay_a', ...amounts })).toEqual({
      ...{ kind: 'done', entryId: 'pay_a', ...amounts, replayed: false, text },
    });
    expect(answer(201, { chargeId: 'chg_a', ...amounts }, true)).toMatchObject({
      ...{ kind: 'done', entryId: 'chg_a', replayed: true },
    });
  });

  it('a 201 that names no entry claims an effect all the same', () => {
    expect(answer(201, 'hello')).toMatchObject({ kind: 'done', entryId: '' });
  });

  it('a 4xx is a refusal under its code', () => {
    expect(answer(409, { code: 'order-already-paid' })).toEqual({
      ...{ kind: 'refused', name: '409 order-already-paid' },
    });
  });

  it.each([
    [503, { code: 'contended' }, false, '503 contended'],
    [429, { code: 'slow-down' }, false, '429 slow-down'],
    [503, { code: 'unavailable' }, true, '503 unavailable'],
    [502, '<html>', true, '502'],
    [202, {}, true, '202'],
  ])('%d %j is neither, and money may have moved: %s', (status, body, unsettled, name) => {
    expect(answer(status, body)).toMatchObject({ kind: 'other', unsettled, name });
  });

  it('silence is neither, and says why', () => {
    expect(toldBy({ status: 0, text: 'no answer: ECONNRESET', replayed: false })).toMatchObject({
      ...{ kind: 'other', unsettled: true, name: 'no answer: ECONNRESET' },
    });
  });
});
