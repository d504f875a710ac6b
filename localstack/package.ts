import { parseArgs } from 'node:util';
import { packageShop } from './packaged.ts';
import { fail, usage } from './usage.ts';

const HELP = `Packages the shop for AWS into .serverless and validates the template.

  npm run package [-- --stage prod]`;

const BUNDLE_BYTES_MAX = 1_000_000;

const { values } = usage(HELP, () =>
  parseArgs({
    options: {
      stage: { type: 'string', default: 'prod' },
      help: { type: 'boolean', default: false },
    },
  }),
);

const { bundles, errors } = await packageShop('.serverless', values.stage).catch((error: unknown) =>
  fail(error instanceof Error ? error.message : String(error), 1),
);
for (const [name, bytes] of bundles) {
  process.stdout.write(`${name.padEnd(14)} ${(bytes / 1000).toFixed(0).padStart(5)} kB zipped\n`);
}
const large = [...bundles].filter(([, bytes]) => bytes > BUNDLE_BYTES_MAX);
if (errors.length > 0) fail(`This can't be deployed:\n${errors.join('\n')}`, 1);
if (large.length > 0) fail(`Over 1 MB: ${large.map(([name]) => name).join(', ')}`, 1);
process.stdout.write(
  'The template is valid: .serverless/cloudformation-template-update-stack.json\n',
);
