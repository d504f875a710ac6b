import type { Clock } from '../../ports/clock.ts';
import type { Engine } from '../../ports/engine.ts';
import { type KafkaAccess, kafkaClient } from './client.ts';

const PROBE_MS_MAX = 1_000;
/**
 * So long an answer is told again, from when it was asked for. Anybody may ask for the shop's health, and
 * a broker of MSK lets in 100 new connections a second by IAM, a small one 4
 * (https://docs.aws.amazon.com/msk/latest/developerguide/limits.html): those are for orders.
 */
const ANSWER_MS = 2_000;

/** Kafka as the health check sees it: one connection for all who ask within a while. */
export function kafkaEngine(access: KafkaAccess, clock: Pick<Clock, 'nowMs'>): Engine {
  let last: { readonly askedMs: number; readonly answer: Promise<void> } | undefined;
  return {
    name: 'kafka',
    probe: () => {
      const nowMs = clock.nowMs();
      // Of a clock that was set back, an answer is as old as it is far away.
      if (last === undefined || Math.abs(nowMs - last.askedMs) >= ANSWER_MS) {
        last = { askedMs: nowMs, answer: ask(access) };
      }
      return last.answer;
    },
  };
}

/** Connects to a broker, asks for the cluster's members, and hangs up. */
async function ask({ brokers, token }: KafkaAccess): Promise<void> {
  const clientId = 'last-one-health';
  const bounds = { connectMsMax: PROBE_MS_MAX, requestMsMax: PROBE_MS_MAX };
  const admin = kafkaClient({ brokers, token, clientId, ...bounds }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } finally {
    await admin.disconnect();
  }
}
