import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Everything that is downloaded or written at run time; git ignores it. */
export const LOCAL = fileURLToPath(new URL('../.local/', import.meta.url));
