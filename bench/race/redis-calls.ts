import { Redis } from 'ioredis';

/** Commands that a Redis server ran, those inside of scripts too. */
export class RedisCalls {
  readonly #redis: Redis;

  constructor(url: string) {
    this.#redis = new Redis(url, { maxRetriesPerRequest: 1 });
    // Without a listener ioredis prints what the rejected promises say already.
    this.#redis.on('error', () => undefined);
  }

  /** Since the server's start, but for those that ask for this. */
  async count(): Promise<number> {
    const stats = await this.#redis.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
    return calls
      .filter(([, name]) => name !== 'info')
      .reduce((sum, [, , count]) => sum + Number(count), 0);
  }

  close(): void {
    this.#redis.disconnect();
  }
}
