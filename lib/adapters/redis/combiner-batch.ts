import type { Codec } from './codec.ts';
import type { Shown } from './combiner-scripts.ts';

/** An entry of a batch, as its leader sees it. */
export interface Case<Entry> {
  readonly id: string;
  readonly ticket: string;
  /** An earlier leader was shown it. */
  readonly again: boolean;
  /** Where its owner is reached. */
  readonly to: string;
  /** Undefined if it can't be read. */
  readonly entry: Entry | undefined;
}

const form = /^\d+ (\S+ \S+) (.*)$/s;

export function casesOf<Entry>(batch: readonly Shown[], codec: Codec<Entry>): Case<Entry>[] {
  return batch.map(([id, ticket, again, text]) => {
    const [, to = '', payload = ''] = form.exec(text) ?? [];
    return { id, ticket, again: again === 1, to, entry: codec.decode(payload) };
  });
}

/**
 * What to send where: one message for each process, with the outcomes of all who wait in
 * it; without one for a case that its owner must see to itself.
 */
export function messagesTo<Entry, Outcome>(
  cases: readonly Case<Entry>[],
  outcomes: ReadonlyMap<string, Outcome>,
  codec: Codec<Outcome>,
): (readonly [channel: string, message: string])[] {
  return [...Map.groupBy(cases, ({ to }) => to)].map(([to, those]) => {
    const [channel = '', name = ''] = to.split(' ');
    const words = those.map(({ id, ticket, again }) => {
      const outcome = outcomes.get(id);
      return [id, ticket, again ? 1 : 0, outcome === undefined ? null : codec.encode(outcome)];
    });
    return [channel, `${name} ${JSON.stringify(['told', words])}`] as const;
  });
}
