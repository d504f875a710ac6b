import type { Engine } from '../../ports/engine.ts';
import { type KafkaAccess, kafkaClient } from './client.ts';

const PROBE_MS_MAX = 1_000;

/** Connects to a broker, asks for the cluster's members, and hangs up. */
export const kafkaEngine = ({ brokers, token }: KafkaAccess): Engine => ({
  name: 'kafka',
  probe: async () => {
    const clientId = 'last-one-health';
    const bounds = { connectMsMax: PROBE_MS_MAX, requestMsMax: PROBE_MS_MAX };
    const admin = kafkaClient({ brokers, token, clientId, ...bounds }).admin();
    try {
      await admin.connect();
      await admin.describeCluster();
    } finally {
      await admin.disconnect();
    }
  },
});
