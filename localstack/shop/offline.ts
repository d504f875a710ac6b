import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../folder.ts';
import { installPlugins } from './plugins.ts';
import { endWithParent } from './parent.ts';

endWithParent();
await installPlugins(process.env);

// The command line of osls, in this process, so that it ends with it.
const port = process.env['PORT'] ?? '3000';
const lambdaPort = process.env['LAMBDA_PORT'] ?? '3002';
process.argv = [
  process.execPath,
  'osls',
  ...['offline', 'start', '--stage', 'local', '--host', '127.0.0.1'],
  ...[
    '--httpPort',
    port,
    '--lambdaPort',
    lambdaPort,
    '--localEnvironment',
    ...process.argv.slice(2),
  ],
];
await import(pathToFileURL(join(ROOT, 'node_modules/serverless/bin/serverless.js')).href);
