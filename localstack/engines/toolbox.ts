import { join } from 'node:path';
import { keepDownload } from './downloads.ts';
import type { Command, EngineName } from './engine.ts';
import type { Guard } from './guarded.ts';
import type { Phase } from './progress.ts';

/** What an engine needs to get ready: the common means of `startEngines`, cut to one engine. */
export interface Toolbox {
  /** Empty at the start and removed at the end of the run. */
  readonly dataDir: string;
  logFile(purpose?: string): string;
  say(phase: Phase, detail?: string): void;
  java(): Promise<string>;
  /** Runs a program that ends by itself, and answers its exit code. */
  run(command: Command, logFile: string): Promise<number>;
  /** The folder of this name, built if it is not there yet. */
  keep(name: string, build: (temporary: string) => Promise<void>): Promise<string>;
}

/** Lays out the tools for one engine in the folder of a run. */
export function toolboxFor(
  name: EngineName,
  common: {
    dir: string;
    guard: Guard;
    signal: AbortSignal;
    java: () => Promise<string>;
    say: (phase: Phase, detail?: string) => void;
  },
): Toolbox {
  const { dir, guard, signal, java, say } = common;
  return {
    dataDir: join(dir, 'data', name),
    logFile: (purpose) =>
      join(dir, purpose === undefined ? `${name}.log` : `${name}-${purpose}.log`),
    say,
    java,
    run: async (command, logFile) =>
      (await (await guard.start(command, logFile, false)).ended).code ?? 1,
    keep: async (folder, build) =>
      keepDownload(folder, build, {
        signal,
        onWait: () => {
          say('waiting', 'for another start to download it');
        },
      }),
  };
}
