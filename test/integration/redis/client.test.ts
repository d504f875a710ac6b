import { expect, it } from '@jest/globals';
import { connect, send } from '../../../lib/adapters/redis/client.ts';
import { systemTimer } from '../../../lib/runtime/clock.ts';

it('takes an answer that came in time and could not be read in time', async () => {
  const connection = connect(process.env['REDIS_URL'] ?? '', systemTimer);
  try {
    expect(await send(connection, (redis) => redis.ping())).toBe('PONG');
    const answer = send(connection, (redis) => redis.ping());
    // The command goes out, and then this process reads nothing for longer than an answer may take.
    await new Promise(setImmediate);
    const untilMs = performance.now() + 600;
    while (performance.now() < untilMs);
    expect(await answer).toBe('PONG');
  } finally {
    connection.redis.disconnect();
  }
});
