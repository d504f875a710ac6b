import { Unavailable } from '../../domain/unavailable.ts';

/** The broker did not answer in time. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  constructor(ms: number) {
    super(`no answer within ${Math.round(ms)} ms`);
  }
}

/**
 * What went wrong with a send. `tooLarge` and `unknownTopic` are the broker's own words; `outage`
 * may pass; anything else is a defect or a setting that is wrong.
 */
export type Trouble = 'outage' | 'tooLarge' | 'unknownTopic' | 'other';

const troubles: Readonly<Record<string, Trouble>> = {
  MESSAGE_TOO_LARGE: 'tooLarge',
  RECORD_LIST_TOO_LARGE: 'tooLarge',
  UNKNOWN_TOPIC_OR_PARTITION: 'unknownTopic',
};

/**
 * KafkaJS' errors are told by their members: it exports its classes in a way that Node does not see
 * in an ES module.
 */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Unanswered) return 'outage';
  if (!Error.isError(error)) return 'other';
  const { name, type, retriable } = error as { name: string; type?: string; retriable?: boolean };
  const known = type === undefined ? undefined : troubles[type];
  if (known !== undefined) return known;
  // What timed out while it waited for a lock of its own stood behind a broker that is silent.
  if (name === 'KafkaJSLockTimeout') return 'outage';
  // MSK says so too when too many log in at once, as functions do in a rush.
  if (name === 'KafkaJSSASLAuthenticationError') return 'outage';
  return name.startsWith('KafkaJS') && retriable === true ? 'outage' : 'other';
}

/** KafkaJS wraps what happened in what it did about it. */
export function rootOf(error: unknown): unknown {
  let root = error;
  while (Error.isError(root) && Error.isError(root.cause)) root = root.cause;
  return root;
}

/** What to tell the caller. */
export function told(
  trouble: Trouble,
  { topic, fate, cause }: { topic: string; fate: Unavailable['fate']; cause: unknown },
): unknown {
  switch (trouble) {
    case 'outage':
      return new Unavailable('kafka', fate, cause);
    case 'unknownTopic':
      return new Error(`Kafka has no topic ${topic}`, { cause });
    case 'tooLarge':
      return new Error(`a record is larger than the topic ${topic} takes`, { cause });
    case 'other':
      return cause;
  }
}
