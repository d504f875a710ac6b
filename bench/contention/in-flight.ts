/** The items that are being written at this moment, by what writes them. */
export class InFlight {
  readonly #byTransaction = new Map<string, number>();
  readonly #byWrite = new Map<string, number>();

  inTransaction(item: string): boolean {
    return this.#byTransaction.has(item);
  }

  written(item: string): boolean {
    return this.#byTransaction.has(item) || this.#byWrite.has(item);
  }

  /** Holds the items until the returned function is called. */
  begin(kind: 'transaction' | 'write', items: readonly string[]): () => void {
    const counts = kind === 'transaction' ? this.#byTransaction : this.#byWrite;
    for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
    return () => {
      for (const item of items) {
        const left = (counts.get(item) ?? 1) - 1;
        if (left === 0) counts.delete(item);
        else counts.set(item, left);
      }
    };
  }
}
