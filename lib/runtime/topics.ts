import type { Config } from './config.ts';

/** Orders that wait for their turn, keyed by SKU. */
export const ordersTopic = ({ TOPIC_PREFIX }: Pick<Config, 'TOPIC_PREFIX'>): string =>
  `${TOPIC_PREFIX}orders`;

/** What becomes of orders, keyed by the order's id. */
export const orderEventsTopic = ({ TOPIC_PREFIX }: Pick<Config, 'TOPIC_PREFIX'>): string =>
  `${TOPIC_PREFIX}order-events`;
