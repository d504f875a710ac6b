import type { EngineName, RunningEngine } from './engine.ts';
import { Guard } from './guarded.ts';
import type { ProcessIdentity } from './identity.ts';
import { createRun, markFailed, recordRun, type Run } from './runs.ts';

interface Opened {
  run: Run;
  readonly dir: string;
  readonly guard: Guard;
}

/** The engines that this process owns: one folder, one guard, both made when the first engine needs them. */
export class OwnRun {
  readonly #label: string;
  readonly #engines = new Map<EngineName, Run['engines'][number]>();
  #opening: Promise<Opened> | undefined;
  #closing: Promise<void> | undefined;

  constructor(label: string) {
    this.#label = label;
  }

  async open(): Promise<Opened> {
    this.#opening ??= (async () => {
      const { run, dir } = createRun(this.#label);
      const guard = await Guard.open(dir);
      return { run: { ...run, guard: guard.process }, dir, guard };
    })();
    return this.#opening;
  }

  /** Writes an engine down as soon as it runs, so that even a killed start leaves no unknown process. */
  async add(engine: RunningEngine, identity: ProcessIdentity): Promise<void> {
    const { run, dir } = await this.open();
    this.#engines.set(engine.name, { ...engine, process: identity });
    recordRun({ ...run, engines: [...this.#engines.values()] }, dir);
  }

  /** From now on the engines last as long as this process, but do not make it last. */
  async letGo(): Promise<void> {
    (await this.#opening)?.guard.hold(false);
  }

  async keepLogs(reason: string): Promise<void> {
    const opened = await this.#opening;
    if (opened !== undefined) markFailed(opened.dir, reason);
  }

  /** Ends the engines and resolves when they are gone; a second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= (async () => (await this.#opening)?.guard.close())();
    return this.#closing;
  }
}
