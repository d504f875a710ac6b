import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';
import type { ChaosOrder, Fate, FromWorker, ToWorker, WorkerSettings } from './protocol.ts';

/** One process of the crowd, and the order that it has in hand. */
export class Member {
  readonly #child: ChildProcess;
  order: ChaosOrder | undefined;
  /** It is killed as soon as it has written. */
  halted = false;
  killed = false;
  /** Of Redis commands whose replies were lost on it so far. */
  lostReplies = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  get pid(): number {
    return this.#child.pid ?? NaN;
  }

  place(order: ChaosOrder, requestMsMax?: number): void {
    this.order = order;
    this.#send({ kind: 'place', order, ...(requestMsMax !== undefined && { requestMsMax }) });
  }

  meet(fate: Fate): void {
    this.#send({ kind: 'fate', fate });
  }

  kill(): void {
    this.killed = true;
    this.#child.kill('SIGKILL');
  }

  #send(message: ToWorker): void {
    // One that has just ended is told of by its exit.
    this.#child.send(message, () => undefined);
  }
}

/** What a sale wants to know of its workers. */
export interface Listener {
  heard(member: Member, message: FromWorker): void;
  /** It was killed, or ended by itself. */
  ended(member: Member): void;
}

/** So many processes that place orders; one that ended is replaced. */
export class Crowd {
  listener: Listener | undefined;
  readonly members = new Set<Member>();
  readonly #folder: string;
  readonly #settings: WorkerSettings;
  readonly #children = new Set<ChildProcess>();
  #begun = 0;
  #over = false;

  private constructor(folder: string, settings: WorkerSettings) {
    this.#folder = folder;
    this.#settings = settings;
  }

  /** Of one file, compiled once, a process starts in a third of the time. */
  static async gather(size: number, settings: WorkerSettings): Promise<Crowd> {
    const folder = await mkdtemp(join(tmpdir(), 'last-one-chaos-'));
    await build({
      entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
      outfile: join(folder, 'worker.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node20',
    });
    await stop();
    const crowd = new Crowd(folder, settings);
    // The first compiles for the others.
    await crowd.#join();
    await Promise.all(Array.from({ length: size - 1 }, () => crowd.#join()));
    return crowd;
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(
      [...this.#children].map(async (child) => {
        if (child.pid === undefined) return;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }),
    );
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Resolves when the process can be given orders. */
  async #join(): Promise<void> {
    this.#begun += 1;
    const settings = { ...this.#settings, seed: this.#settings.seed + this.#begun };
    const child = fork(join(this.#folder, 'worker.cjs'), [JSON.stringify(settings)], {
      execArgv: [],
      env: { ...process.env, NODE_COMPILE_CACHE: join(this.#folder, 'cache') },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#children.add(child);
    const member = new Member(child);
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          this.members.add(member);
          resolve();
        }
        this.listener?.heard(member, message);
      });
      child.on('exit', () => {
        this.#children.delete(child);
        this.members.delete(member);
        this.listener?.ended(member);
        if (!this.#over) void this.#join();
        resolve();
      });
    });
  }
}
