import { join } from 'node:path';
import { LOCAL } from '../folder.ts';

/** One folder for each program that was downloaded, kept for ever. */
export const DOWNLOADS = join(LOCAL, 'engines');

/** One folder for each process that runs engines of its own, kept as long as they run. */
export const RUNS = join(LOCAL, 'run');
