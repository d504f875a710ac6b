import type { DynamoDBRecord } from 'aws-lambda';
import { eventsBetween, eventsOf, type RecordedOrder } from '../domain/order-event.ts';
import type { Patience } from '../domain/patience.ts';
import { poison, type Poison } from '../domain/poison.ts';
import { type DeadLetter, NO_PARTITION } from '../ports/dead-letters.ts';
import {
  type OrderChange,
  relayChanges,
  type RelayChangesDeps,
} from '../usecases/relay-changes.ts';
import { cutToFit } from './dead-letter.ts';
import { changeLetterIdOf } from './dead-letter-id.ts';
import { faultIn } from './order-event-record.ts';
import type { Relayed } from './relay.ts';

export interface RelayOrderChangesDeps extends RelayChangesDeps {
  /** The topic that the events go to. */
  readonly topic: string;
  /** Reads a row's image; throws on what is no order. */
  readonly orderInImage: (image: unknown) => RecordedOrder;
}

/** Changes of the orders' table, read and told as order events. */
export const relayOrderChanges = (
  deps: RelayOrderChangesDeps,
  changes: readonly DynamoDBRecord[],
  patience: Patience,
): Promise<Relayed> => {
  const at = new Date(patience.nowMs()).toISOString();
  const read = changes.map((change) => ({
    place: change.dynamodb?.SequenceNumber ?? '',
    content: contentOf(deps, change),
    letter: letterOf(deps, change, at),
  }));
  return relayChanges(deps, read, patience);
};

function contentOf(
  { orderInImage }: RelayOrderChangesDeps,
  { dynamodb: { NewImage, OldImage } = {} }: DynamoDBRecord,
): OrderChange<string>['content'] {
  // Nobody deletes orders; and of one that is gone there is nothing to tell.
  if (NewImage === undefined) return { kind: 'events', events: [] };
  try {
    const events = eventsBetween(knownBefore(OldImage, orderInImage), orderInImage(NewImage));
    const fault = events.map(faultIn).find((one) => one !== undefined);
    return fault === undefined ? { kind: 'events', events } : unreadable(fault);
  } catch (error) {
    return unreadable(String(error));
  }
}

/**
 * The row as it was. One that could not be read has told nothing, so whoever mends it tells all of its
 * events.
 */
function knownBefore(
  image: unknown,
  orderInImage: RelayOrderChangesDeps['orderInImage'],
): RecordedOrder | undefined {
  if (image === undefined) return undefined;
  try {
    const before = orderInImage(image);
    return eventsOf(before).every((event) => faultIn(event) === undefined) ? before : undefined;
  } catch {
    return undefined;
  }
}

const unreadable = (why: string): Poison =>
  poison(
    'invalid',
    `${why}. Once the row is mended, it tells its events; if the code was at fault, npm run replay-events does`,
  );

const letterOf =
  ({ topic }: RelayOrderChangesDeps, change: DynamoDBRecord, at: string) =>
  ({ reason, detail }: Poison): DeadLetter => {
    const { eventSourceARN = '', dynamodb: { Keys, SequenceNumber = '' } = {} } = change;
    const header = (name: string, value: string) => ({ name, value: Buffer.from(value) });
    const letter = {
      deadLetterId: changeLetterIdOf(eventSourceARN, SequenceNumber),
      ...{ reason, detail, topic, partition: NO_PARTITION, offset: NO_PARTITION, at },
      key: Buffer.from(Keys?.['orderId']?.S ?? ''),
      value: Buffer.from(JSON.stringify(change)),
      headers: [header('stream', eventSourceARN), header('sequence-number', SequenceNumber)],
    };
    return cutToFit(letter, 'table');
  };
