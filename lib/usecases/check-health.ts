import type { Clock } from '../ports/clock.ts';
import type { Engine } from '../ports/engine.ts';

export interface Health {
  /** `down` without the database; `degraded` without one of the others, whatever needs it. */
  readonly status: 'ok' | 'degraded' | 'down';
  readonly engines: Readonly<Record<string, 'ok' | 'down'>>;
}

/** An engine that takes longer is as good as away. */
const PROBE_MS_MAX = 2_000;

/** Asks every engine at once, and waits for none longer than it may take to tell. */
export async function checkHealth({
  engines,
  clock,
}: {
  readonly engines: readonly Engine[];
  readonly clock: Clock;
}): Promise<Health> {
  const states = await Promise.all(
    engines.map(async (engine) => [engine.name, await stateOf(engine, clock)] as const),
  );
  const down = states.filter(([, state]) => state === 'down').map(([name]) => name);
  const status = down.includes('dynamodb') ? 'down' : down.length > 0 ? 'degraded' : 'ok';
  return { status, engines: Object.fromEntries(states) };
}

function stateOf(engine: Engine, clock: Clock): Promise<'ok' | 'down'> {
  const answered = engine.probe().then(
    () => 'ok' as const,
    () => 'down' as const,
  );
  return Promise.race([answered, clock.sleep(PROBE_MS_MAX).then(() => 'down' as const)]);
}
