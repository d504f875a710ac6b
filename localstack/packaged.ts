import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';
import { deployedWith, everything } from './deployed.ts';
import { withLock } from './engines/lock.ts';
import { LOCAL, ROOT } from './folder.ts';
import { mistakesIn } from './mistakes.ts';

export interface Packaged {
  readonly template: Template;
  /** Bytes of each function's bundle, zipped. */
  readonly bundles: ReadonlyMap<string, number>;
  /**
   * Settings that can't be meant, and what the CloudFormation validator finds wrong enough to fail on,
   * with the parameters that were given and with all of them.
   */
  readonly errors: readonly string[];
}

export interface Template {
  readonly Parameters: Readonly<
    Record<string, { readonly Type: string; readonly Default: string }>
  >;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  /** What it depends on whether there is one. */
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** Packages the shop for AWS into a folder, without an account, and validates what came out. */
export async function packageShop(folder: string, stage = 'prod'): Promise<Packaged> {
  // osls assembles in .serverless whatever the folder: one at a time.
  await withLock(join(LOCAL, 'package.lock'), {}, () =>
    osls(['package', '--stage', stage, '--package', folder]),
  );
  const file = join(folder, 'cloudformation-template-update-stack.json');
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  const ways = [deployedWith(template, {}), deployedWith(template, everything)];
  const errors = await Promise.all(
    ways.map((way, i) => errorsIn(way, join(folder, `deployed-${i + 1}.json`))),
  );
  const found = [...mistakesIn(template), ...errors.flat()];
  return { template, bundles: await bundlesIn(folder), errors: found };
}

async function errorsIn(template: Template, file: string): Promise<string[]> {
  await writeFile(file, JSON.stringify(template));
  const { diagnostics } = new CelEngine().validateStandard(new TemplateFile(file));
  return diagnostics
    .filter(({ severity }) => severity === 'FATAL' || severity === 'ERROR')
    .map((diagnostic) => JSON.stringify(diagnostic));
}

async function bundlesIn(folder: string): Promise<Map<string, number>> {
  const zips = (await readdir(folder)).filter((name) => name.endsWith('.zip'));
  const sizes = zips.map(async (zip) => {
    const { size } = await stat(join(folder, zip));
    return [zip.replace(/\.zip$/, ''), size] as const;
  });
  return new Map(await Promise.all(sizes));
}

async function osls(args: readonly string[]): Promise<void> {
  const command = join(ROOT, 'node_modules/serverless/bin/serverless.js');
  const build = join('.local', 'build', `package-${process.pid}`);
  const child = spawn(process.execPath, [command, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ESBUILD_FOLDER: build },
  });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`osls ${args.join(' ')} failed:\n${await out}${await err}`);
}
