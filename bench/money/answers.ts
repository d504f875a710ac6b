import type { Books } from './books.ts';
import type { Answered, Told } from './told.ts';

type Done = Extract<Told, { kind: 'done' }>;

const doneIn = (answered: readonly Answered[]): readonly Done[] =>
  answered.flatMap(({ told }) => (told.kind === 'done' ? [told] : []));

/** Judges each answer: whether it was right to refuse, and whether what it claims is in the books. */
export function answerBreaches(
  { asked, told }: Answered,
  books: readonly Books[],
): readonly string[] {
  const { by, deed, refusal } = asked;
  if (told.kind === 'other') return [];
  if (told.kind === 'refused') {
    if (told.name === refusal) return [];
    const right = refusal === undefined ? 'no refusal is right' : `only ${refusal} is right`;
    return [`refused with ${told.name}, where ${right}`];
  }
  if (deed === undefined) return [`${by.userId} was told 201, where ${String(refusal)} is due`];
  const entry = books
    .find(({ userId }) => userId === by.userId)
    ?.entries.find(({ entryId }) => entryId === told.entryId);
  if (entry === undefined) {
    return [`an answer names "${told.entryId}", which is not in the books of ${by.userId}`];
  }
  const same =
    Math.abs(entry.amountMinor) === told.amountMinor && entry.balanceMinor === told.balanceMinor;
  return same ? [] : [`an answer tells other amounts than its entry ${told.entryId}: ${told.text}`];
}

/**
 * Judges the answers to equal requests under one key of one user: the same bytes for all, and
 * exactly one without the mark of a replay. That one may be missing only if an answer was lost.
 */
export function replayBreaches(equal: readonly Answered[]): readonly string[] {
  const done = doneIn(equal);
  if (done.length === 0) return [];
  const texts = new Set(done.map(({ text }) => text));
  const firsts = done.filter(({ replayed }) => !replayed).length;
  const lost = equal.some(({ told }) => told.kind === 'other' && told.unsettled);
  const under = `of ${done.length} answers 201 under one key`;
  return [
    ...(texts.size === 1 ? [] : [`${under} there are ${texts.size} different ones`]),
    ...(firsts === 1 || (firsts === 0 && lost)
      ? []
      : [`${under} ${firsts} are not marked as replays, where 1 is right`]),
  ];
}

/** One deed is one success: it may be replayed under its own key only. */
export function keyBreaches(name: string, ofDeed: readonly Answered[]): readonly string[] {
  const succeeded = ofDeed.filter(({ told }) => told.kind === 'done');
  const keys = new Set(succeeded.map(({ asked }) => `${asked.by.userId} ${asked.key}`));
  return keys.size <= 1 ? [] : [`${name} was told 201 under ${keys.size} keys`];
}
