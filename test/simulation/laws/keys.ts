import type { Sent } from '../history.ts';
import { identityOf, requestOf } from '../operation.ts';
import type { Case } from './case.ts';

/** What a key promises: one effect, told to everybody who asks the same, as it was told first. */
export function checkKeys(it: Case): void {
  for (const [identity, effects] of it.effectsOf) {
    const ids = effects.map(({ id }) => id).join(', ');
    if (identity === 'nobody') it.violated('an effect has a request', ids);
    else if (effects.length > 1) it.violated('one effect per key', `${identity}: ${ids}`);
  }
  for (const one of it.sent) {
    if (one.told === undefined || one.operation.key === undefined) continue;
    if (one.told.status === 201) checkDone(it, one, one.told);
    else if (one.told.status < 500 || one.told.code === 'contended') checkRefused(it, one);
  }
  for (const group of Map.groupBy(it.sent, ({ operation }) => identityOf(operation)).values()) {
    checkAfterwards(it, group);
  }
}

/** An answered effect is in the store, was asked for in these words, and is told in its own. */
function checkDone(it: Case, { id, operation }: Sent, told: NonNullable<Sent['told']>): void {
  const identity = identityOf(operation);
  const effect = it.effectsOf.get(identity)?.find(({ reply }) => reply === told.text);
  if (effect === undefined) {
    it.violated('a 201 is in the store, to the byte', `${id} was told ${told.text}`);
    return;
  }
  if (told.replayed !== (effect.requestId !== id)) {
    it.violated('a replay says so, and the first does not', `${id}, made by ${effect.requestId}`);
  }
  const maker = it.sentOf.get(effect.requestId);
  if (maker !== undefined && requestOf(maker.operation) !== requestOf(operation)) {
    it.violated('equal answers only to equal requests', `${id} and ${maker.id}`);
  }
}

/** A refusal, or `contended`, did nothing; a reused key was used, for something else. */
function checkRefused(it: Case, { id, operation, told }: Sent): void {
  const own = it.effects.find(({ requestId }) => requestId === id);
  if (own !== undefined) {
    it.violated('a refused request did nothing', `${id}: ${told?.code ?? ''}, but ${own.id}`);
  }
  if (told?.status !== 422) return;
  const [effect] = it.effectsOf.get(identityOf(operation)) ?? [];
  const maker = it.sentOf.get(effect?.requestId ?? '');
  if (maker === undefined || requestOf(maker.operation) === requestOf(operation)) {
    it.violated('a key is reused only by another request', id);
  }
}

/** Whoever asks after an effect was told hears of it, or that the key was used. */
function checkAfterwards(it: Case, group: readonly Sent[]): void {
  const told = group.filter((one) => one.told?.status === 201);
  const [first, ...more] = told.sort((a, b) => (a.endedStep ?? 0) - (b.endedStep ?? 0));
  if (first?.endedStep === undefined || first.operation.key === undefined) return;
  const unequal = more.find((one) => one.told?.text !== first.told?.text);
  if (unequal !== undefined) {
    it.violated('equal keys get equal bytes', `${first.id} and ${unequal.id}`);
  }
  for (const { id, operation, told: answer, beganStep } of group) {
    if (answer === undefined || beganStep < first.endedStep || answer.status >= 500) continue;
    const expected = requestOf(operation) === requestOf(first.operation) ? 201 : 422;
    if (answer.status !== expected) {
      it.violated('a told effect stays told', `${id}: ${answer.status} after ${first.id}`);
    }
  }
}
