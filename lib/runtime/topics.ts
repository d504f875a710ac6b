import type { Config } from './config.ts';

/** Orders that wait for their turn, keyed by SKU. */
export const ordersTopic = ({ TOPIC_PREFIX }: Pick<Config, 'TOPIC_PREFIX'>): string =>
  `${TOPIC_PREFIX}orders`;
