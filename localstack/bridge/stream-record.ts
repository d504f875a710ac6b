import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';

/** A change as Lambda hands it over: plain JSON, with bytes in base64 and times in seconds. */
export function eventRecordOf(record: _Record, streamArn: string): DynamoDBRecord {
  const { dynamodb: { ApproximateCreationDateTime, ...change } = {}, ...rest } = record;
  const atSeconds = ApproximateCreationDateTime && ApproximateCreationDateTime.getTime() / 1_000;
  const dynamodb = { ...change, ...(atSeconds && { ApproximateCreationDateTime: atSeconds }) };
  const event = { ...rest, dynamodb, eventSource: 'aws:dynamodb', eventSourceARN: streamArn };
  return JSON.parse(JSON.stringify(event, bytesToText)) as DynamoDBRecord;
}

const bytesToText = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
