import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from './engine.ts';
import type { GuardReply, GuardRequest } from './guard-protocol.ts';
import { identify, isAlive, killLeftover, type ProcessIdentity } from './identity.ts';
import { discardRun } from './runs.ts';

/** A program that the guard runs for us. */
export interface Guarded {
  readonly process: ProcessIdentity;
  /** Resolves with how it ended. */
  readonly ended: Promise<{ how: string; code: number | null }>;
}

const GUARD = fileURLToPath(new URL('guard.ts', import.meta.url));
const CLOSE_MS_MAX = 20_000;
const KILL_MS_MAX = 5_000;

/** The owner's end of its guard (guard.ts). */
export class Guard {
  readonly process: ProcessIdentity;
  readonly #dir: string;
  readonly #child: ChildProcess;
  readonly #pipes: readonly [Socket, Socket];
  readonly #waiting = new Map<number, (reply: GuardReply) => void>();
  readonly #running = new Set<ProcessIdentity>();
  #open = true;
  #ids = 0;

  private constructor(dir: string, child: ChildProcess) {
    this.#dir = dir;
    this.#child = child;
    this.#pipes = [child.stdin as Socket, child.stdout as Socket];
    this.process = identify(child.pid ?? 0);
    child.once('exit', () => {
      this.#lost();
    });
    this.#pipes[0].on('error', () => undefined);
    createInterface({ input: this.#pipes[1] }).on('line', (line) => {
      const reply = JSON.parse(line) as GuardReply;
      this.#waiting.get(reply.id)?.(reply);
    });
  }

  /** Starts a guard for the engines of the run in this folder. */
  static async open(dir: string): Promise<Guard> {
    const log = openSync(join(dir, 'guard.log'), 'a');
    const env = { ...process.env };
    delete env['NODE_OPTIONS'];
    const args = ['--disable-warning=ExperimentalWarning', GUARD, dir];
    const child = spawn(process.execPath, args, {
      detached: true,
      env,
      stdio: ['pipe', 'pipe', log],
    });
    closeSync(log);
    await once(child, 'spawn');
    return new Guard(dir, child);
  }

  /** Runs a program, an engine or one that ends by itself. */
  start(command: Command, logFile: string, engine: boolean): Promise<Guarded> {
    const id = ++this.#ids;
    if (!this.#open) return Promise.reject(new Error('the guard has ended'));
    return new Promise((resolve, reject) => {
      const end = Promise.withResolvers<{ how: string; code: number | null }>();
      let identity: ProcessIdentity | undefined;
      this.#waiting.set(id, ({ pid, error, exit, exitCode }) => {
        if (pid !== undefined) {
          identity = identify(pid);
          this.#running.add(identity);
          resolve({ process: identity, ended: end.promise });
          return;
        }
        this.#waiting.delete(id);
        if (identity !== undefined) this.#running.delete(identity);
        reject(new Error(error ?? 'the guard has ended'));
        end.resolve({ how: exit ?? 'the guard has ended', code: exitCode ?? null });
      });
      const request: GuardRequest = { id, ...command, logFile, engine };
      this.#pipes[0].write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Whether a running guard keeps this process alive: not while the owner has other things to do. */
  hold(held: boolean): void {
    for (const handle of [this.#child, ...this.#pipes]) {
      if (held) handle.ref();
      else handle.unref();
    }
  }

  /** Ends everything that the guard has started, and resolves when it is gone. */
  async close(): Promise<void> {
    this.#open = false;
    const left = [...this.#running];
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.hold(true);
      const exited = once(this.#child, 'exit');
      this.#pipes[0].end();
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_MS_MAX);
      await exited;
      clearTimeout(timer);
    }
    left.forEach(killLeftover);
    for (let waitedMs = 0; left.some(isAlive) && waitedMs < KILL_MS_MAX; waitedMs += 20) {
      await sleep(20);
    }
    await discardRun(this.#dir);
  }

  /** Somebody killed the guard: engines that nobody guards must not stay. */
  #lost(): void {
    if (this.#open) [...this.#running].forEach(killLeftover);
    this.#open = false;
    for (const [id, answer] of this.#waiting) answer({ id, error: 'the guard has ended' });
  }
}
