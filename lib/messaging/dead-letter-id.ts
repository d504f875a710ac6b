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
export const deadLetterIdOf = ({ topic, partition, offset }: RecordAddress): DeadLetterId =>
  idOf([topic, partition, offset]);

/** The same for a change of a table: its stream numbers each once. */
export const changeLetterIdOf = (stream: string, sequenceNumber: string): DeadLetterId =>
  idOf([stream, sequenceNumber]);

function idOf(place: readonly (string | number)[]): DeadLetterId {
  const digest = createHash('sha256').update(JSON.stringify(place)).digest();
  return base32(digest).slice(0, 26) as DeadLetterId;
}
