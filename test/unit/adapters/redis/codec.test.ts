import { describe, expect, it } from '@jest/globals';
import { decisionCodec, placementCodec } from '../../../../lib/adapters/redis/codec.ts';
import type { Placement, PlaceOutcome } from '../../../../lib/domain/placement.ts';

const placement = {
  userId: 'ann\n"quoted" ünïcödé \u2028',
  requestId: 'request',
  fingerprint: 'fingerprint',
  order: {
    orderId: 'ord_a',
    status: 'PENDING_PAYMENT',
    lines: [{ sku: 'shoe', quantity: 2, name: 'Shoe', unitPriceMinor: 100 }],
    totalMinor: 200,
    currency: 'KRW',
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-01T00:10:00.000Z',
  },
  versions: new Map([['shoe', 'v1']]),
} as unknown as Placement;

describe('an order on its way', () => {
  it('arrives as it was sent, its versions too', () => {
    expect(placementCodec.decode(placementCodec.encode(placement))).toEqual(placement);
  });

  it('takes no field along that it does not need', () => {
    const text = placementCodec.encode({ ...placement, secret: 'x' } as Placement);
    expect(text).not.toContain('secret');
  });

  const { order } = placement;
  const [line] = order.lines;
  it.each([
    ['nothing', ''],
    ['no JSON', '{"userId":'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no order', { order: undefined }],
    ['no user', { userId: undefined }],
    ['a number for the request', { requestId: 1 }],
    ['no lines', { order: { ...order, lines: [] } }],
    ['a line of nothing', { order: { ...order, lines: [null] } }],
    ['a line without units', { order: { ...order, lines: [{ ...line, quantity: undefined }] } }],
    ['a line of -1', { order: { ...order, lines: [{ ...line, quantity: -1 }] } }],
    ['half a unit', { order: { ...order, lines: [{ ...line, quantity: 0.5 }] } }],
    ['no end', { order: { ...order, expiresAt: 'soon' } }],
    ['no versions', { versions: undefined }],
    ['versions as an object', { versions: { shoe: 'v1' } }],
    ['a version of nothing', { versions: [['shoe']] }],
  ])('can’t be read with %s', (_what, given) => {
    const sent = JSON.parse(placementCodec.encode(placement)) as object;
    const text = typeof given === 'string' ? given : JSON.stringify({ ...sent, ...given });
    expect(placementCodec.decode(text)).toBeUndefined();
  });
});

describe('a decision on its way', () => {
  const decisions = [
    { kind: 'placed', reply: '{"orderId":"ord_a"}' },
    { kind: 'replayed', reply: '{}' },
    { kind: 'mismatched' },
    { kind: 'unknown', skus: ['shoe'] },
    { kind: 'repriced', offers: [{ sku: 'shoe', name: 'Shoe', priceMinor: 1 }] },
    { kind: 'outdated', marks: [{ sku: 'shoe', holdsExpireFrom: '2026-01-01T00:00:00.000Z' }] },
    { kind: 'superseded', fence: 1_764_000_000_000_001 },
    { kind: 'insufficient', shortages: [{ sku: 'shoe', requestedUnits: 2, availableUnits: 1 }] },
    { kind: 'contended' },
    { kind: 'unavailable' },
  ] as unknown as PlaceOutcome[];

  it.each(decisions.map((decision) => [decision.kind, decision] as const))(
    'arrives as it was sent: %s',
    (_kind, decision) => {
      expect(decisionCodec.decode(decisionCodec.encode(decision))).toEqual(decision);
    },
  );

  it.each([
    ['', 'nothing'],
    ['{', 'no JSON'],
    ['{}', 'no kind'],
    ['{"kind":"bartered"}', 'a kind of another version'],
    ['{"kind":"toString"}', 'a kind that every object has'],
    ['{"kind":"placed"}', 'no reply'],
    ['{"kind":"superseded","fence":"7"}', 'a fence in words'],
    ['{"kind":"insufficient","shortages":[null]}', 'a shortage of nothing'],
  ])('can’t be read: %s (%s)', (text) => {
    expect(decisionCodec.decode(text)).toBeUndefined();
  });
});
