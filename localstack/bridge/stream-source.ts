import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import { systemClock, systemTimer } from '../../lib/runtime/clock.ts';
import { checkpointsIn } from './checkpoints.ts';
import type { StreamMapping } from './event-source.ts';
import type { Invoke } from './invocation.ts';
import type { Source } from './kafka-source.ts';
import {
  type Shard,
  ShardDispatcher,
  type ShardPosition,
  type Shards,
} from './shard-dispatcher.ts';
import { eventRecordOf } from './stream-record.ts';

export interface StreamSourceOptions {
  /** DynamoDB's, which serves the streams as well. */
  readonly endpoint: string;
  /** Where checkpoints outlive the process. */
  readonly folder: string;
  readonly mapping: StreamMapping;
  readonly invoke: Invoke;
  readonly log: (line: string) => void;
}

const REGION = 'local';

/** Reads a table's stream; resolves once it does. */
export async function readStream(options: StreamSourceOptions): Promise<Source> {
  const { endpoint, folder, mapping, invoke, log } = options;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const config = { endpoint, region: REGION, credentials };
  const streamArn = await streamOf(new DynamoDBClient(config), mapping.table);
  const client = new DynamoDBStreamsClient(config);
  const dispatcher = new ShardDispatcher({
    mapping,
    shards: shardsOf(client, streamArn),
    // A table that was made anew has another stream, with nothing done.
    checkpoints: checkpointsIn(folder, `${mapping.functionName} ${streamArn}`),
    invoke,
    clock: systemClock,
    timer: systemTimer,
    onGivenUp: (records, why) => {
      log(`GIVEN UP: ${records.length} changes of ${mapping.table}, since ${why}`);
      for (const record of records) log(`GIVEN UP: ${JSON.stringify(record)}`);
    },
    log: (line) => {
      log(`${mapping.functionName}: ${line}`);
    },
  });
  await dispatcher.start();
  log(`${mapping.functionName}: reads ${streamArn}`);
  return {
    stop: async () => {
      await dispatcher.stop();
      client.destroy();
    },
  };
}

async function streamOf(client: DynamoDBClient, table: string): Promise<string> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    if (Table?.LatestStreamArn === undefined) throw new Error(`${table} has no stream.`);
    return Table.LatestStreamArn;
  } finally {
    client.destroy();
  }
}

function shardsOf(client: DynamoDBStreamsClient, streamArn: string): Shards {
  return {
    list: async () => {
      const shards: Shard[] = [];
      let after: string | undefined;
      do {
        const { StreamDescription } = await client.send(
          new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: after }),
        );
        for (const { ShardId, ParentShardId } of StreamDescription?.Shards ?? []) {
          if (ShardId !== undefined)
            shards.push({ shardId: ShardId, parentShardId: ParentShardId });
        }
        after = StreamDescription?.LastEvaluatedShardId;
      } while (after !== undefined);
      return shards;
    },
    open: async (shardId, position) => {
      let iterator = await iteratorAt(client, streamArn, shardId, position);
      return async () => {
        if (iterator === undefined) return { records: [], ended: true };
        const { Records = [], NextShardIterator } = await client.send(
          new GetRecordsCommand({ ShardIterator: iterator }),
        );
        iterator = NextShardIterator;
        const records = Records.map((record): DynamoDBRecord => eventRecordOf(record, streamArn));
        return { records, ended: iterator === undefined };
      };
    },
  };
}

/** What was done a day ago may be gone: then all that is left is new. */
async function iteratorAt(
  client: DynamoDBStreamsClient,
  StreamArn: string,
  ShardId: string,
  position: ShardPosition,
): Promise<string | undefined> {
  const at: Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'> =
    position.kind === 'after'
      ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position.sequenceNumber }
      : { ShardIteratorType: position.kind };
  try {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ...at }),
    );
    return ShardIterator;
  } catch (error) {
    if (!(error instanceof TrimmedDataAccessException)) throw error;
    return iteratorAt(client, StreamArn, ShardId, { kind: 'TRIM_HORIZON' });
  }
}
