import { setTimeout as sleep } from 'node:timers/promises';
import type { TicketPlace } from '../../localstack/shop/ticket-place.ts';

/** How often whoever is first looks: each look is two reads of the engine that is to decide. */
const LOOK_MS = 15;
/**
 * So many behind an order look once, when it was decided. Looks one after the other would take longer
 * than deciding does, and orders that wait for a look are none that wait for the lane.
 */
const BEHIND = 40;

/** An order's place among those that wait, until it was seen decided. */
export interface Turn {
  /** Resolves when a look may find the order decided. */
  readonly toLook: () => Promise<void>;
  /** It was seen decided, or is given up. */
  readonly over: () => void;
}

interface Waiting {
  readonly offset: number;
  mayLook: boolean;
  wake: () => void;
}

/**
 * Who looks at their tickets, and when. A lane decides in the order of its offsets: so the first that is
 * undecided is looked at again and again, and those behind it once, when it was decided. A thousand
 * shoppers who each look for themselves, ten times a second, keep the shop from deciding, and that is
 * what would be measured.
 */
export class Turns {
  readonly #lanes = new Map<number, Waiting[]>();

  join({ partition, offset }: TicketPlace): Turn {
    const lane = this.#lanes.get(partition) ?? [];
    this.#lanes.set(partition, lane);
    const own: Waiting = { offset, mayLook: false, wake: () => undefined };
    const behind = lane.findIndex((other) => other.offset > offset);
    lane.splice(behind === -1 ? lane.length : behind, 0, own);
    own.mayLook = lane[0] === own;
    return {
      toLook: async () => {
        if (!own.mayLook && lane[0] === own) await sleep(LOOK_MS);
        else if (!own.mayLook) await new Promise<void>((resolve) => (own.wake = resolve));
        own.mayLook = false;
      },
      over: () => {
        lane.splice(lane.indexOf(own), 1);
        for (const next of lane.slice(0, BEHIND)) {
          next.mayLook = true;
          next.wake();
        }
      },
    };
  }
}
