import type { Sent } from '../history.ts';
import { identityOf } from '../operation.ts';
import { type Beginning, type Effect, effectsIn } from '../store.ts';

/** A schedule that is over, as the laws look at it. */
export interface Case {
  readonly beginning: Beginning;
  readonly sent: readonly Sent[];
  readonly effects: readonly Effect[];
  readonly sentOf: ReadonlyMap<string, Sent>;
  /** The effects under each key, by the identity of the operation. */
  readonly effectsOf: ReadonlyMap<string, readonly Effect[]>;
  readonly violated: (law: string, what: string) => void;
}

export function caseOf(
  beginning: Beginning,
  sent: readonly Sent[],
  violated: Case['violated'],
): Case {
  const effects = effectsIn(beginning.tables);
  const sentOf = new Map(sent.map((one) => [one.id, one]));
  const effectsOf = Map.groupBy(effects, ({ requestId }) => {
    const one = sentOf.get(requestId);
    return one === undefined ? 'nobody' : identityOf(one.operation);
  });
  return { beginning, sent, effects, sentOf, effectsOf, violated };
}
