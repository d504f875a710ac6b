import type { Sent } from '../history.ts';
import type { Case } from './case.ts';

const outages: readonly (string | undefined)[] = ['contended', 'unavailable'];

/** No defect shows, and when all is calm everything is settled. */
export function checkAnswers(it: Case, drained: readonly Sent[]): void {
  for (const { id, told } of it.sent) {
    if (told !== undefined && told.status >= 500 && !outages.includes(told.code)) {
      it.violated('no 500, ever', `${id}: ${told.text}`);
    }
  }
  for (const { id, told } of drained) {
    if (told === undefined || told.status >= 500) {
      it.violated('the same key settles it', `${id}: ${told?.code ?? 'no answer'}`);
    }
  }
}
