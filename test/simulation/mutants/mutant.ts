import type { Random } from '../random.ts';
import type { KeyReading } from '../stand-ins/simulated.ts';
import type { Ports, Tables } from '../store.ts';

/** What a mutant may use. */
export interface Altering {
  readonly tables: Tables;
  readonly random: Random;
  /** The user behind the request whose step it is. */
  readonly asker: () => string;
  /** Lets others act in the middle of what should be one step. */
  readonly pause: () => Promise<void>;
}

/** A shop with one bug, planted to see that the laws notice. */
export interface Mutant {
  /** What the shop does wrong. */
  readonly bug: string;
  /** Ports of a store that does it. */
  readonly store?: (ports: Ports, altering: Altering) => Partial<Ports>;
  /** Ports of a client that does it, on the near side of the network. */
  readonly client?: (ports: Ports, altering: Altering) => Partial<Ports>;
  readonly keyReading?: (altering: Altering) => KeyReading;
}
