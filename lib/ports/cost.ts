/**
 * What calls to the store would be billed for on AWS, in on-demand mode; counted by
 * `lib/adapters/dynamodb/meter.ts`.
 */
export interface Cost {
  /** Requests sent; each retry of the SDK is one more. */
  readonly requests: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** `TransactWriteItems` requests among them. */
  readonly transactions: number;
  /**
   * Items that requests tried to write, by table, done or refused: the heat on a table. A
   * `ConditionCheck` counts, since it is billed, and conflicts, like a write of its item.
   */
  readonly itemWrites: Readonly<Record<string, number>>;
  /** Commands sent to Redis; absent if none was. */
  readonly redisCommands?: number;
}
