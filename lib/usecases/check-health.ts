import type { Engine } from '../ports/engine.ts';

export interface Health {
  /** `down` without the database; `degraded` without one of the others, whatever needs it. */
  readonly status: 'ok' | 'degraded' | 'down';
  readonly engines: Readonly<Record<string, 'ok' | 'down'>>;
}

/** Asks every engine at once. */
export async function checkHealth(engines: readonly Engine[]): Promise<Health> {
  const probes = await Promise.allSettled(engines.map(async (engine) => engine.probe()));
  const states = engines.map(
    ({ name }, i) => [name, probes[i]?.status === 'fulfilled' ? 'ok' : 'down'] as const,
  );
  const down = states.filter(([, state]) => state === 'down').map(([name]) => name);
  const status = down.includes('dynamodb') ? 'down' : down.length > 0 ? 'degraded' : 'ok';
  return { status, engines: Object.fromEntries(states) };
}
