import { PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { heldByPage } from '../../domain/dead-letter.ts';
import type { DeadLetterId } from '../../domain/ids.ts';
import {
  type DeadLetter,
  type DeadLetterPosition,
  type DeadLetters,
  recordBytes,
} from '../../ports/dead-letters.ts';
import type { Database } from './database.ts';
import { read, readAll, readOne } from './read.ts';
import { marshall, type Row } from './rows.ts';
import { newestIndex } from './tables.ts';

/** The one key that all of them stand under in the index. */
const BOARD = 'all';

export const deadLettersOn = (db: Database): DeadLetters => ({
  keep: async (letter) => {
    const answer = await db.attempt((client) =>
      client.send(
        new PutItemCommand({
          TableName: db.tables.deadLetters,
          Item: letterRow(letter),
          ConditionExpression: 'attribute_not_exists(deadLetterId)',
        }),
      ),
    );
    // Refused: whoever gave the record up before has kept it.
    return { kind: answer.kind === 'contended' ? 'contended' : 'kept' };
  },

  find: async (deadLetterId) => {
    const row = await readOne(db, db.tables.deadLetters, marshall({ deadLetterId }));
    return row === undefined ? undefined : letterOf(row);
  },

  list: async (limit, after) => {
    // One more than asked for tells whether there are others behind.
    const entries = await entriesOf(db, limit + 1, after);
    const sizes = entries.slice(0, limit).map((entry) => entry.recordBytes);
    const shown = entries.slice(0, heldByPage(sizes));
    const last = shown.at(-1);
    const items = await lettersOf(db, shown);
    if (last === undefined || shown.length === entries.length) return { items };
    return { items, next: positionOf(last) };
  },

  noteReplayed: async (deadLetterId, at) => {
    const answer = await db.attempt((client) =>
      client.send(
        new UpdateItemCommand({
          TableName: db.tables.deadLetters,
          Key: marshall({ deadLetterId }),
          UpdateExpression: 'SET replayedAt = :at',
          ConditionExpression: 'attribute_exists(deadLetterId)',
          ExpressionAttributeValues: marshall({ ':at': at }),
        }),
      ),
    );
    return { kind: answer.kind === 'contended' ? 'contended' : 'noted' };
  },
});

/** What the index knows of a letter. */
interface Entry {
  readonly deadLetterId: DeadLetterId;
  /** Time and id, so that letters of the same moment have an order too. */
  readonly givenUp: string;
  readonly recordBytes: number;
}

const givenUpOf = ({ at, deadLetterId }: DeadLetterPosition): string => `${at}#${deadLetterId}`;

const positionOf = ({ givenUp, deadLetterId }: Entry): DeadLetterPosition => ({
  at: givenUp.slice(0, givenUp.indexOf('#')),
  deadLetterId,
});

function letterRow(letter: DeadLetter): Row {
  const givenUp = givenUpOf(letter);
  return marshall({ ...letter, board: BOARD, givenUp, recordBytes: recordBytes(letter) });
}

/** What only the index has need of. */
const indexed = new Set(['board', 'givenUp', 'recordBytes']);

const letterOf = (row: Row): DeadLetter =>
  unmarshall(
    Object.fromEntries(Object.entries(row).filter(([name]) => !indexed.has(name))),
  ) as DeadLetter;

async function entriesOf(
  db: Database,
  limit: number,
  after: DeadLetterPosition | undefined,
): Promise<Entry[]> {
  const behind = after === undefined ? {} : { ':after': givenUpOf(after) };
  const { Items = [] } = await read(db, (client) =>
    client.send(
      new QueryCommand({
        TableName: db.tables.deadLetters,
        IndexName: newestIndex,
        KeyConditionExpression: `board = :all${after === undefined ? '' : ' AND givenUp < :after'}`,
        ExpressionAttributeValues: marshall({ ':all': BOARD, ...behind }),
        ScanIndexForward: false,
        Limit: limit,
      }),
    ),
  );
  return Items.map((row) => unmarshall(row) as Entry);
}

/** The letters behind some entries, in their order, each as it is now. */
async function lettersOf(db: Database, entries: readonly Entry[]): Promise<DeadLetter[]> {
  const keys = entries.map(({ deadLetterId }) => marshall({ deadLetterId }));
  const letters = (await readAll(db, db.tables.deadLetters, keys)).map(letterOf);
  const byId = new Map(letters.map((letter) => [letter.deadLetterId, letter]));
  return entries.flatMap(({ deadLetterId }) => byId.get(deadLetterId) ?? []);
}
