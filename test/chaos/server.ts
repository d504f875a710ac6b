import { Redis } from 'ioredis';
import { type Engines, startEngines } from '../../localstack/engines/index.ts';

/** A Redis of a test's own, which may be emptied, ended, and started again at its address. */
export class OwnRedis {
  #engines: Engines<'redis'>;
  readonly url: string;
  readonly client: Redis;

  private constructor(engines: Engines<'redis'>) {
    this.#engines = engines;
    this.url = engines.env.REDIS_URL;
    this.client = new Redis(this.url, {
      commandTimeout: 1_000,
      maxRetriesPerRequest: null,
      retryStrategy: () => 50,
    });
    // Without a listener ioredis prints what the rejected promises say already.
    this.client.on('error', () => undefined);
  }

  static async start(label: string): Promise<OwnRedis> {
    return new OwnRedis(await started(label, undefined));
  }

  /** Ends it at once; it is gone when this resolves. */
  async kill(): Promise<void> {
    const [engine] = this.#engines.engines;
    if (engine?.pid === undefined) throw new Error('the server has no process of ours');
    process.kill(engine.pid, 'SIGKILL');
    await this.#engines.stop();
  }

  /** Starts it again at the same address, with nothing in it. */
  async startAgain(label: string): Promise<void> {
    this.#engines = await started(label, new URL(this.url).port);
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.#engines.stop();
  }
}

/** On a free port, or on a given one: the environment names the port of an engine. */
async function started(label: string, port: string | undefined): Promise<Engines<'redis'>> {
  const given = { url: process.env['REDIS_URL'], port: process.env['ENGINES_REDIS_PORT'] };
  delete process.env['REDIS_URL'];
  if (port !== undefined) process.env['ENGINES_REDIS_PORT'] = port;
  try {
    const ports = port === undefined ? 'free' : 'well-known';
    return await startEngines({ only: ['redis'], reuse: false, ports, label });
  } finally {
    restore('REDIS_URL', given.url);
    restore('ENGINES_REDIS_PORT', given.port);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
