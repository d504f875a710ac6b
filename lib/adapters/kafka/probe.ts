import { Kafka, logLevel } from 'kafkajs';
import type { Engine } from '../../ports/engine.ts';

const PROBE_MS_MAX = 1_000;

/** Connects to a broker, asks for the cluster's members, and hangs up. */
export const kafkaEngine = (brokers: readonly string[]): Engine => ({
  name: 'kafka',
  probe: async () => {
    const kafka = new Kafka({
      clientId: 'last-one-health',
      brokers: [...brokers],
      connectionTimeout: PROBE_MS_MAX,
      requestTimeout: PROBE_MS_MAX,
      retry: { retries: 0 },
      logLevel: logLevel.NOTHING,
    });
    const admin = kafka.admin();
    try {
      await admin.connect();
      await admin.describeCluster();
    } finally {
      await admin.disconnect();
    }
  },
});
