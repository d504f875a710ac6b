import { createHash } from 'node:crypto';
import { base32 } from '../domain/base32.ts';
import type { DeadLetterId } from '../domain/ids.ts';

/** Where a record stood that was given up: no two records ever stand in one place. */
export interface RecordAddress {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Derived and not drawn, so that a record that is delivered again is given up once. */
export function deadLetterIdOf({ topic, partition, offset }: RecordAddress): DeadLetterId {
  const digest = createHash('sha256')
    .update(JSON.stringify([topic, partition, offset]))
    .digest();
  return base32(digest).slice(0, 26) as DeadLetterId;
}
