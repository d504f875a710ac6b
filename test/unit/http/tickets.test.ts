import { expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { type KeyToken, orderIdOf, type Sku, type UserId } from '../../../lib/domain/ids.ts';
import { ticketsSignedWith } from '../../../lib/http/tickets.ts';

const SECRET = 'a secret of at least 32 characters';
const tickets = ticketsSignedWith(() => SECRET);
const ticket = {
  orderId: orderIdOf('abcdefghijklmnopqrstuvwxyz' as KeyToken),
  userId: 'ann' as UserId,
  fingerprint: 'f',
  sku: 'tee' as Sku,
};
const inLane = { ...ticket, place: { partition: 2, offset: 41 } };

it('reads what it signed, with a place and without one, and signs the same way each time', async () => {
  const text = await tickets.sign(inLane);
  expect(await tickets.read(text)).toEqual(inLane);
  expect(await tickets.sign(inLane)).toBe(text);
  expect(await tickets.read(await tickets.sign(ticket))).toEqual(ticket);
  expect(text).toMatch(/^[\w.-]+$/);
});

it('reads nothing that it did not sign', async () => {
  const other = ticketsSignedWith(() => SECRET.toUpperCase());
  const text = await tickets.sign(ticket);
  const [head = '', body = '', signature = ''] = text.split('.');
  const bent = Buffer.from(body, 'base64url').toString().replace('ann', 'bob');
  const token = new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'HS256' });
  const forged = [
    ...['', 'x', 'a.b.c', `${head}.${body}.`, `${head}.${body}`],
    await other.sign(ticket),
    `${head}.${Buffer.from(bent).toString('base64url')}.${signature}`,
    `${Buffer.from('{"alg":"none","typ":"last-one-ticket"}').toString('base64url')}.${body}.`,
    // Signed with the same secret, and no ticket.
    await token.sign(new TextEncoder().encode(SECRET)),
  ];
  for (const text of forged) expect(await tickets.read(text)).toBeUndefined();
});

it('knows no ticket where there is no secret, and gives none, as if Kafka were away', async () => {
  const none = ticketsSignedWith(() => undefined);
  expect(await none.read(await tickets.sign(ticket))).toBeUndefined();
  await expect(none.sign(ticket)).rejects.toMatchObject({ engine: 'kafka', fate: 'none' });
});
