import { basename, extname } from 'node:path';
import { dynamodb } from './dynamodb.ts';
import {
  ENGINE_NAMES,
  type Engine,
  type EngineName,
  type EngineVariables,
  type RunningEngine,
  shown,
} from './engine.ts';
import { kafka } from './kafka.ts';
import { EngineFailed, EngineMissing } from './missing.ts';
import { OwnRun } from './own-run.ts';
import { findJava } from './programs.ts';
import type { EngineProgress, Phase } from './progress.ts';
import { redis } from './redis.ts';
import { sweepRuns } from './runs.ts';
import { alreadyUp, fromEnvironment, startOwn } from './start.ts';
import { toolboxFor } from './toolbox.ts';

export type { EngineName, RunningEngine } from './engine.ts';
export { EngineFailed, EngineMissing } from './missing.ts';
export { type EngineProgress, type ProgressDisplay, showProgress } from './progress.ts';

/** What is particular to each engine. */
export const ENGINES: { readonly [N in EngineName]: Engine<N> } = { dynamodb, redis, kafka };

/** How to start; everything has a default. */
export interface StartOptions<N extends EngineName = EngineName> {
  readonly only?: readonly N[];
  /** Use engines that answer on the well-known ports (default true). */
  readonly reuse?: boolean;
  /** Where to start what is not up: on ports that nobody uses (default), or on the well-known ones. */
  readonly ports?: 'free' | 'well-known';
  /** Names the owner in `engines status`; by default the script that runs. */
  readonly label?: string;
  readonly onProgress?: (progress: EngineProgress) => void;
  /** Ends a start that is under way; it has no say over engines that are up. */
  readonly signal?: AbortSignal;
}

/** Engines to work with until `stop`. */
export interface Engines<N extends EngineName = EngineName> {
  /** What the shop wants to find in its environment. */
  readonly env: { readonly [K in N as EngineVariables[K]]: string };
  readonly engines: readonly RunningEngine[];
  /** Ends the engines that were started here, and no others; may be called twice. */
  readonly stop: () => Promise<void>;
}

/**
 * Gives every engine its address: from the environment, from the well-known port, or by starting it.
 *
 * What is started here ends with this process, however it ends (see guard.ts). If one engine cannot be had,
 * the others are ended and the call rejects with `EngineMissing` or `EngineFailed`.
 */
export async function startEngines<N extends EngineName = EngineName>(
  options: StartOptions<N> = {},
): Promise<Engines<N>> {
  await sweepRuns();
  const names: readonly EngineName[] = options.only ?? ENGINE_NAMES;
  const run = new OwnRun(
    options.label ?? basename(process.argv[1] ?? 'node', extname(process.argv[1] ?? '')),
  );
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, ...(options.signal ? [options.signal] : [])]);
  const java = once(findJava);
  const starts = names.map(async (name) => provide(ENGINES[name], { run, signal, java, options }));
  try {
    const engines = await Promise.all(starts);
    await run.letGo();
    const env = Object.fromEntries(
      engines.map(({ name, address }) => [ENGINES[name].variable, address]),
    ) as Engines<N>['env'];
    return { env, engines, stop: async () => run.close() };
  } catch (error) {
    abort.abort(error);
    const kept = error instanceof EngineFailed || error instanceof EngineMissing;
    if (kept && error.logFile !== undefined) await run.keepLogs(error.message);
    await run.close();
    await Promise.allSettled(starts);
    throw options.signal?.aborted === true ? options.signal.reason : error;
  }
}

interface Start {
  readonly run: OwnRun;
  readonly signal: AbortSignal;
  readonly java: () => Promise<string>;
  readonly options: StartOptions;
}

async function provide(
  engine: Engine,
  { run, signal, java, options }: Start,
): Promise<RunningEngine> {
  const say = (phase: Phase, detail?: string): void => {
    if (signal.aborted) return;
    const { name } = engine;
    options.onProgress?.(detail === undefined ? { name, phase } : { name, phase, detail });
  };
  try {
    say('looking');
    const found =
      (await fromEnvironment(engine)) ??
      (options.reuse === false ? undefined : await alreadyUp(engine));
    if (found !== undefined) {
      say('ready', `${shown(found.address)}, was up`);
      return found;
    }
    signal.throwIfAborted();
    const { dir, guard } = await run.open();
    const tools = toolboxFor(engine.name, { dir, guard, signal, java, say });
    return await startOwn(engine, {
      ports: options.ports ?? 'free',
      tools,
      guard,
      signal,
      onSpawn: async (own, identity) => run.add(own, identity),
    });
  } catch (error) {
    say('failed');
    throw error;
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
