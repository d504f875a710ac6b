import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { format } from 'prettier';
import { ENGINE_NAMES } from '../../../localstack/engines/engine.ts';
import { ENGINES } from '../../../localstack/engines/index.ts';

const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');

test('docker-compose.yml is YAML', async () => {
  await expect(format(compose, { parser: 'yaml' })).resolves.toContain('services:');
  await expect(format(`${compose}\n  - ]`, { parser: 'yaml' })).rejects.toThrow();
});

test('docker-compose.yml has the well-known ports, open to this machine only', () => {
  const published = [...compose.matchAll(/^ {4}ports: \['([^:]*):\$\{(\w+):-(\d+)\}:/gm)];
  expect(published.map(([, ...rest]) => rest)).toEqual(
    ENGINE_NAMES.map((name) => ENGINES[name]).map(({ portVariable, portDefault }) => [
      '127.0.0.1',
      portVariable,
      String(portDefault),
    ]),
  );
  expect(compose.match(/^ {4}image: /gm)).toHaveLength(ENGINE_NAMES.length);
});
