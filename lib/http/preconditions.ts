import type { CatalogueVersion } from '../domain/ids.ts';
import type { Headers } from './headers.ts';
import { invalid } from './problems.ts';

/** What a client expects of the resource that it changes (RFC 9110, section 13.1). */
export interface Preconditions {
  readonly ifMatch?: 'any' | readonly CatalogueVersion[];
  readonly ifNoneMatch: boolean;
}

/** A product's version as a strong entity tag. */
export const etagOf = (version: CatalogueVersion): string => `"${version}"`;

/** Reads both headers, or refuses what is no list of entity tags. */
export function readPreconditions(headers: Headers): Preconditions {
  const match = headers.get('if-match')?.join(',').trim();
  const noneMatch = headers.get('if-none-match')?.join(',').trim();
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw invalid([{ pointer: '', detail: 'takes only * in If-None-Match' }]);
  }
  const ifNoneMatch = noneMatch === '*';
  return match === undefined ? { ifNoneMatch } : { ifMatch: versionsIn(match), ifNoneMatch };
}

/** As many as one condition of the store can hold. */
const TAGS_MAX = 100;

const tags = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7e]*"\s*)*$/;

function versionsIn(header: string): 'any' | CatalogueVersion[] {
  if (header === '*') return 'any';
  if (!tags.test(header)) {
    throw invalid([{ pointer: '', detail: 'needs * or entity tags in If-Match' }]);
  }
  const found = [...header.matchAll(/(W\/)?"([^"]*)"/g)];
  if (found.length > TAGS_MAX) {
    throw invalid([{ pointer: '', detail: `takes at most ${TAGS_MAX} entity tags in If-Match` }]);
  }
  // A weak tag never matches where the strong comparison is asked for.
  return found.flatMap(([, weak, tag = '']) =>
    weak === undefined ? [tag as CatalogueVersion] : [],
  );
}
