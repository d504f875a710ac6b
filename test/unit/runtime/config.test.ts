import { expect, it } from '@jest/globals';
import { loadConfig } from '../../../lib/runtime/config.ts';

const needed = {
  JWT_ISSUER: 'https://issuer.invalid/',
  JWT_AUDIENCE: 'shop',
  JWT_JWKS: '{"keys":[]}',
};

it.each([
  ['none', undefined, undefined],
  ['an empty one', '', undefined],
  ['one that is too short to be safe', 'x'.repeat(31), undefined],
  ['a good one', 'x'.repeat(32), 'x'.repeat(32)],
])('sells without a secret for tickets: %s', (_name, TICKET_SECRET, wanted) => {
  expect(loadConfig({ ...needed, TICKET_SECRET }).TICKET_SECRET).toBe(wanted);
});

it('names what is not usable', () => {
  expect(() => loadConfig({ ...needed, JWT_JWKS: '{' })).toThrow('JWT_JWKS');
});
