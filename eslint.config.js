import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Each ring may import only what is listed here; a new entry is a decision. */
const ring = (folder, allowed, message) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      { patterns: [{ regex: `^(?!${allowed})`, message }] },
    ],
  },
});

/** What a ring may not touch itself, since tests must be able to hold it still. */
const ambient = [
  ['Date', 'now'],
  ['Math', 'random'],
].map(([object, property]) => ({ object, property, message: 'Ask a port (lib/ports/clock.ts).' }));

export default defineConfig(
  {
    ignores: [
      'node_modules',
      '.local',
      '.serverless',
      '.esbuild',
      '**/*.cjs',
      '**/*.js',
      '**/*.mjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', { max: 200 }],
      'max-lines-per-function': ['error', { max: 70 }],
    },
  },
  // A suite is one function by its nature; its cases are the functions to keep short.
  { files: ['test/**'], rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' } },
  {
    files: ['lib/**', 'functions/**'],
    ignores: ['lib/runtime/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...ambient,
        { object: 'process', property: 'env', message: 'Only lib/runtime reads the environment.' },
      ],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
          name,
          message: 'Ask a port (lib/ports/clock.ts).',
        })),
      ],
    },
  },
  ring('lib/domain', '\\./', 'domain imports nothing but domain'),
  ring('lib/ports', '\\./|\\.\\./domain/', 'ports speak only domain'),
  ring('lib/strategies', '\\./|\\.\\./(domain|ports)/', 'strategies see domain and ports'),
  ring('lib/usecases', '\\./|\\.\\./(domain|ports)/', 'use cases see domain and ports'),
  ring(
    'lib/http',
    '\\./|\\.\\./(domain|usecases|ports)/|node:crypto$|node:util$|zod$|aws-lambda$|@middy/core$|jose$|' +
      'content-type$|canonicalize$|@aws-lambda-powertools/',
    'http sees domain, ports and use cases',
  ),
  ring(
    'lib/messaging',
    '\\./|\\.\\./(domain|usecases|ports)/|node:crypto$',
    'messaging sees domain, ports and use cases',
  ),
  ring(
    'lib/adapters',
    '\\./|(\\.\\./)+(domain|ports)/|\\.\\./dynamodb/|node:|@aws-sdk/|@smithy/|ioredis$|kafkajs(?:$|/)|lru-cache$|p-limit$',
    'adapters see domain, ports and their own SDK',
  ),
  ring(
    'lib/messaging',
    '\\./|\\.\\./(domain|usecases|ports)/|node:crypto$|zod$|aws-lambda$',
    'messaging sees domain, ports and use cases',
  ),
  ring(
    'functions',
    '\\.\\./lib/(http|messaging|usecases|runtime)/',
    'functions see http, messaging, use cases and runtime',
  ),
);
