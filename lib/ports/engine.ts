/** One of the engines that the shop stands on, as the health check sees it. */
export interface Engine {
  readonly name: 'dynamodb' | 'redis' | 'kafka';
  /** Resolves if the engine answers; rejects if it can't, sooner or later. */
  probe(): Promise<void>;
}
