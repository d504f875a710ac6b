import { dynamoEngine } from '../adapters/dynamodb/probe.ts';
import { kafkaEngine } from '../adapters/kafka/probe.ts';
import { redisEngine } from '../adapters/redis/probe.ts';
import type { Engine } from '../ports/engine.ts';
import { systemClock } from './clock.ts';
import { loadConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { kafkaAccess } from './kafka-access.ts';

const config = loadConfig();
const { REDIS_URL } = config;
const access = await kafkaAccess(config);

/** The engines that this stage is set up with. */
export const engines: readonly Engine[] = [
  dynamoEngine(openDatabase(config)),
  ...(REDIS_URL === undefined ? [] : [redisEngine(REDIS_URL)]),
  ...(access === undefined ? [] : [kafkaEngine(access, systemClock)]),
];
