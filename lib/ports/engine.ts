/** One of the engines that the shop stands on, as the health check sees it. */
export interface Engine {
  readonly name: 'dynamodb' | 'redis' | 'kafka';
  /** Resolves if the engine answers within about a second; throws otherwise. */
  probe(): Promise<void>;
}
