import { parseArgs } from 'node:util';
import { isUserId } from '../lib/domain/ids.ts';
import { signToken } from './shop/keys.ts';
import { fail, usage } from './usage.ts';

const HELP = `Prints a JWT that the local shop accepts.

  npm run -s token -- <userId> [--admin] [--seconds N]

  --admin       the token may change products and stock
  --seconds N   in force for so long (default 3600)
  --help        this text`;

const { values, positionals } = usage(HELP, () =>
  parseArgs({
    allowPositionals: true,
    options: {
      admin: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '3600' },
      help: { type: 'boolean', default: false },
    },
  }),
);

const [userId, ...more] = positionals;
const seconds = Number(values.seconds);
const stage = process.env['STAGE'] ?? 'local';
if (stage !== 'local')
  fail(`Tokens are made here for the local stage only, and STAGE is ${stage}.`);
if (userId === undefined || more.length > 0) fail(`One user id is needed.\n\n${HELP}`);
if (!isUserId(userId)) fail('A user id has 1 to 128 printable ASCII characters.');
if (!Number.isInteger(seconds) || seconds < 1) fail('--seconds needs a whole number from 1 up.');

process.stdout.write(`${await signToken(userId, { admin: values.admin, seconds })}\n`);
