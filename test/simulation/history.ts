import type { Operation, Told } from './operation.ts';

/** One request as it went. */
export interface Sent {
  /** The request's id, as the shop keeps it with an effect. */
  readonly id: string;
  readonly operation: Operation;
  readonly beganStep: number;
  endedStep?: number;
  endedMs?: number;
  /** What the service told; none if its container died. */
  told?: Told;
  /** The fewest units that were free to be bought at any moment of it, by SKU. */
  readonly freeUnitsMin: Map<string, number>;
}

/** Whether an answer says for good what came of the request. */
export const isDecided = (told: Told | undefined): told is Told =>
  told !== undefined && told.status < 500;
