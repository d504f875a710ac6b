/** Time and chance, so that tests can hold both still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** In [0, 1), for jitter. */
  random(): number;
}

/** Waiting that can be called off. */
export interface Timer {
  /** Runs `alarm` after so long, unless what this returns is called before. */
  after(ms: number, alarm: () => void): () => void;
}
