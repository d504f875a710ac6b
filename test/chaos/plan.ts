import { mulberry32 } from '../fault-box/faults.ts';

/** What befalls whoever holds the lock next, before or after it writes. */
export type HolderFault =
  | 'killed-before'
  | 'killed-after'
  | 'frozen-before'
  /** Its customer does not wait for it, and sends the same order to another. */
  | 'frozen-before-sent-again'
  | 'frozen-after-sent-again';
/** What befalls Redis, or all connections to it. */
export type ServerFault = 'dropped' | 'dropped-pubsub' | 'emptied' | 'restarted';

/** A fault is due when so many orders were answered. */
interface Due<Fault> {
  readonly at: number;
  readonly fault: Fault;
}

/** The faults of one sale, drawn from a seed, in the order in which they are due. */
export class FaultPlan {
  readonly #holders: Due<HolderFault>[];
  readonly #server: Due<ServerFault>[];

  constructor(
    seed: number,
    holders: readonly (readonly [HolderFault, untilAnswered: number])[],
    server: readonly (readonly [ServerFault, untilAnswered: number])[],
  ) {
    const draw = mulberry32(seed);
    const drawn = <Fault>(faults: readonly (readonly [Fault, number])[]): Due<Fault>[] =>
      faults
        .map(([fault, until]) => ({ fault, at: Math.floor(draw() * until) }))
        .sort((a, b) => a.at - b.at);
    this.#holders = drawn(holders);
    this.#server = drawn(server);
  }

  nextForHolder(answered: number): HolderFault | undefined {
    return taken(this.#holders, answered);
  }

  nextForServer(answered: number): ServerFault | undefined {
    return taken(this.#server, answered);
  }
}

function taken<Fault>(faults: Due<Fault>[], answered: number): Fault | undefined {
  const [first] = faults;
  return first !== undefined && first.at <= answered ? faults.shift()?.fault : undefined;
}
