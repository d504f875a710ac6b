import type { RecordPlace } from '../../ports/publisher.ts';
import { fits, type Load } from './messages.ts';

/** What one caller wants to have in one request, until when, and whom to tell. */
export interface Parcel extends Load {
  readonly topic: string;
  readonly untilMs: number;
  readonly resolve: (places: readonly RecordPlace[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Parcels in the order in which they came. With one request in flight a crowd would wait for one
 * another's round trips; so those that come while one is under way go together in the next.
 */
export class Outbox {
  readonly #waiting: Parcel[] = [];
  readonly #deliver: (batch: readonly Parcel[]) => Promise<void>;
  #delivering = false;

  /** `deliver` tells every parcel what became of it, and never rejects. */
  constructor(deliver: (batch: readonly Parcel[]) => Promise<void>) {
    this.#deliver = deliver;
  }

  add(parcel: Parcel): void {
    this.#waiting.push(parcel);
    if (!this.#delivering) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#delivering = true;
    for (let head = this.#waiting.shift(); head !== undefined; head = this.#waiting.shift()) {
      await this.#deliver([head, ...this.#takeWith(head)]);
    }
    this.#delivering = false;
  }

  /** Those behind for the same topic, as many as fit; none overtakes another of its topic. */
  #takeWith({ topic, bytes }: Parcel): Parcel[] {
    const taken: Parcel[] = [];
    const left: Parcel[] = [];
    let full = false;
    for (const parcel of this.#waiting.splice(0)) {
      const joins = parcel.topic === topic && !full && fits(bytes, parcel.bytes);
      if (joins) bytes += parcel.bytes;
      else full ||= parcel.topic === topic;
      (joins ? taken : left).push(parcel);
    }
    this.#waiting.push(...left);
    return taken;
  }
}
