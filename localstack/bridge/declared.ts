import { parse } from 'yaml';
import { z } from 'zod';
import type { EventSourceMapping, KafkaMapping, StreamMapping } from './event-source.ts';
import { type Settings, valueOf } from './variables.ts';

/** The functions that want other events than HTTP, by the name that the lambda port knows. */
export interface Declared {
  /** `<service>-<stage>-`, before each function's name. */
  readonly namePrefix: string;
  readonly mappings: readonly EventSourceMapping[];
}

const position = z.enum(['TRIM_HORIZON', 'LATEST']);
const kafkaEvent = z.object({
  topic: z.string(),
  batchSize: z.number().optional(),
  maximumBatchingWindow: z.number().optional(),
  startingPosition: position.default('TRIM_HORIZON'),
  enabled: z.boolean().default(true),
});
const streamEvent = z.object({
  type: z.literal('dynamodb').default('dynamodb'),
  arn: z.string().regex(/^\w+\.StreamArn$/, 'must be !GetAtt <table>.StreamArn'),
  batchSize: z.number().default(10),
  batchWindow: z.number().default(0),
  startingPosition: position.default('TRIM_HORIZON'),
  functionResponseType: z.literal('ReportBatchItemFailures').optional(),
  bisectBatchOnFunctionError: z.boolean().default(false),
  maximumRetryAttempts: z.number().default(-1),
  enabled: z.boolean().default(true),
});
/** What osls has no words for stands in `resources.extensions`, under the mapping's logical id. */
const extension = z.object({
  Properties: z
    .object({
      Topics: z.tuple([z.string()]).optional(),
      BatchSize: z.number().optional(),
      MaximumBatchingWindowInSeconds: z.number().optional(),
      FunctionResponseTypes: z.array(z.string()).default([]),
      // The bridge tries a Kafka batch again for ever; a template that wants else is to say so here.
      MaximumRetryAttempts: z.literal(-1).optional(),
      BisectBatchOnFunctionError: z.literal(false).optional(),
    })
    .default({ FunctionResponseTypes: [] }),
});
const template = z.object({
  service: z.string(),
  functions: z.record(
    z.string(),
    z.object({ events: z.array(z.record(z.string(), z.unknown())).default([]) }),
  ),
  resources: z.object({
    Resources: z.record(z.string(), z.unknown()).default({}),
    extensions: z.record(z.string(), z.unknown()).default({}),
  }),
});
type Template = z.infer<typeof template>;
const tableResource = z.object({ Properties: z.object({ TableName: z.string() }) });

/** Lambda's own, where the template names none. */
const KAFKA_BATCH_SIZE = 100;
const KAFKA_WINDOW_MS = 500;

/** Reads serverless.yml. Tags such as `!GetAtt` are read as the plain text behind them. */
export function declaredIn(text: string, settings: Settings): Declared {
  const document: unknown = parse(text, { logLevel: 'error' });
  const parsed = template.parse(document);
  const resolve = (value: string) => valueOf(value, document, settings);
  const mappings = Object.entries(parsed.functions).flatMap(([functionName, { events }]) =>
    events.flatMap((event): EventSourceMapping[] => {
      if ('msk' in event) return kafkaMappings(functionName, event['msk'], parsed, resolve);
      if ('stream' in event) return streamMappings(functionName, event['stream'], parsed, resolve);
      return [];
    }),
  );
  return { namePrefix: `${parsed.service}-${settings.stage}-`, mappings };
}

function kafkaMappings(
  functionName: string,
  declared: unknown,
  { resources: { extensions } }: Template,
  resolve: (value: string) => string,
): KafkaMapping[] {
  const event = kafkaEvent.parse(declared);
  if (!event.enabled) return [];
  const logical = `${functionName.charAt(0).toUpperCase()}${functionName.slice(1)}`;
  const name = Object.keys(extensions).find((id) =>
    id.startsWith(`${logical}EventSourceMappingMSK`),
  );
  const { Properties: more } = extension.parse(name === undefined ? {} : extensions[name]);
  const [topic = event.topic] = more.Topics ?? [];
  const windowSeconds = more.MaximumBatchingWindowInSeconds ?? event.maximumBatchingWindow;
  return [
    {
      kind: 'kafka',
      functionName,
      topic: resolve(topic),
      batchSize: more.BatchSize ?? event.batchSize ?? KAFKA_BATCH_SIZE,
      windowMs: windowSeconds === undefined ? KAFKA_WINDOW_MS : windowSeconds * 1_000,
      startingPosition: event.startingPosition,
      reportsFailures: more.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    },
  ];
}

function streamMappings(
  functionName: string,
  declared: unknown,
  { resources: { Resources } }: Template,
  resolve: (value: string) => string,
): StreamMapping[] {
  const event = streamEvent.parse(declared);
  if (!event.enabled) return [];
  const [logical = ''] = event.arn.split('.');
  const { Properties } = tableResource.parse(Resources[logical]);
  return [
    {
      kind: 'stream',
      functionName,
      table: resolve(Properties.TableName),
      batchSize: event.batchSize,
      windowMs: event.batchWindow * 1_000,
      startingPosition: event.startingPosition,
      reportsFailures: event.functionResponseType !== undefined,
      bisects: event.bisectBatchOnFunctionError,
      retriesMax: event.maximumRetryAttempts,
    },
  ];
}
