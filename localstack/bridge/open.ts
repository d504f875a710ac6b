import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../folder.ts';
import { declaredIn } from './declared.ts';

export interface BridgeOptions {
  /** `KAFKA_BROKERS`, `DYNAMODB_ENDPOINT`, `LAMBDA_PORT` and what serverless.yml's names need. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** serverless.yml, unless a test brings another. */
  readonly template?: string;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const READY_MS_MAX = 60_000;
/** Less than a function may take: what is not done by then is read again. */
const STOP_MS_MAX = 4_000;
const RESTART_MS = 500;

/** The bridge's process, which is started again whenever it ends by itself. */
export class Bridge {
  readonly #options: Required<BridgeOptions>;
  readonly #log: number;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #ready = Promise.withResolvers<undefined>();
  #child: ChildProcess | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: Required<BridgeOptions>) {
    this.#options = options;
    this.#log = openSync(options.logFile, 'w');
    this.#running = this.#run();
  }

  /** Resolves when all of its consumers are members of their groups. */
  async ready(): Promise<void> {
    const late = AbortSignal.timeout(READY_MS_MAX);
    const tooLate = once(late, 'abort').then(() => {
      throw new Error(`The bridge does not read; see ${relative(ROOT, this.#options.logFile)}.`);
    });
    await Promise.race([this.#ready.promise, tooLate]);
  }

  /** Of the process that runs now; 0 while there is none. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Waits a while for what is out to be answered. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_MS_MAX);
    await this.#running;
    clearTimeout(timer);
    closeSync(this.#log);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const child = this.#start();
      this.#child = child;
      await once(child, 'exit');
      this.#child = undefined;
      await sleep(RESTART_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #start(): ChildProcess {
    const { env, template } = this.#options;
    const child = spawn(process.execPath, [MAIN], {
      cwd: ROOT,
      // A process group of its own: Ctrl-C reaches the parent, which stops its children in order.
      detached: true,
      stdio: ['pipe', this.#log, this.#log, 'ipc'],
      env: { ...process.env, ...env, BRIDGE_TEMPLATE: template },
    });
    child.once('message', () => {
      this.#ready.resolve(undefined);
    });
    return child;
  }
}

/** Starts the bridge; `undefined` if no function wants to be invoked by it. */
export async function openBridge(options: BridgeOptions): Promise<Bridge | undefined> {
  const { env, template = join(ROOT, 'serverless.yml') } = options;
  const text = await readFile(template, 'utf8');
  const { mappings } = declaredIn(text, { env, stage: env['STAGE'] ?? 'local' });
  return mappings.length === 0 ? undefined : new Bridge({ ...options, template });
}
