import type { Resource } from '../../localstack/packaged.ts';

/** What an event source does with its records, in the words of the table in docs/aws.md. */
export interface EventSource {
  readonly function: string;
  readonly batch: string;
  readonly window: string;
  readonly 'partial answers': string;
  readonly retries: string;
  readonly 'halves a batch': string;
  readonly destination: string;
}

const members = [
  ...(['function', 'batch', 'window', 'partial answers'] as const),
  ...(['retries', 'halves a batch', 'destination'] as const),
];

/** The rows of the table, and whether each has its answers to outage and to poison. */
export function tabledIn(markdown: string): { source: EventSource; answered: boolean }[] {
  const [, after = ''] = markdown.split('## Event sources');
  const [section = ''] = after.split('\n## ');
  const [head = [], , ...rows] = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1).map(told));
  return rows.map((cells) => {
    const cell = (name: string): string => {
      const at = head.indexOf(name);
      if (at < 0) throw new Error(`the table has no column ${name}`);
      return cells[at] ?? '';
    };
    const source = Object.fromEntries(members.map((name) => [name, cell(name)]));
    const answers = [cell('an outage'), cell('poison')];
    return {
      source: source as unknown as EventSource,
      answered: answers.every((answer) => answer !== '' && answer !== 'not there yet'),
    };
  });
}

const told = (cell: string): string => cell.trim().replaceAll('`', '');

/** An event source mapping of the template; what it leaves out is as Lambda has it. */
export function packagedAs({ Properties }: Resource): EventSource {
  const {
    FunctionName,
    BatchSize = 100,
    MaximumBatchingWindowInSeconds,
    FunctionResponseTypes = [],
    MaximumRetryAttempts = -1,
    MaximumRecordAgeInSeconds = -1,
    BisectBatchOnFunctionError = false,
    DestinationConfig,
  } = Properties as {
    FunctionName: { 'Fn::GetAtt': [string, string] };
    BatchSize?: number;
    MaximumBatchingWindowInSeconds?: number;
    FunctionResponseTypes?: string[];
    MaximumRetryAttempts?: number;
    MaximumRecordAgeInSeconds?: number;
    BisectBatchOnFunctionError?: boolean;
    DestinationConfig?: unknown;
  };
  const [logical] = FunctionName['Fn::GetAtt'];
  const limits = [
    ...(MaximumRetryAttempts < 0 ? [] : [`${MaximumRetryAttempts}`]),
    ...(MaximumRecordAgeInSeconds < 0 ? [] : [`${MaximumRecordAgeInSeconds} s`]),
  ];
  return {
    function: logical.replace(/LambdaFunction$/, '').replace(/^./, (c) => c.toLowerCase()),
    batch: String(BatchSize),
    window: `${MaximumBatchingWindowInSeconds ?? '?'} s`,
    'partial answers': FunctionResponseTypes.includes('ReportBatchItemFailures') ? 'yes' : 'no',
    retries: limits.join(', ') || 'no limit',
    'halves a batch': BisectBatchOnFunctionError ? 'yes' : 'no',
    destination: DestinationConfig === undefined ? 'none' : 'some',
  };
}
