import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Clock } from '../ports/clock.ts';
import type { Reply } from './reply.ts';
import type { Visit } from './visit.ts';

const NAMESPACE = 'last-one';

/** Tells the operators what came of a request: one log line, and metrics (EMF) beside it. */
export interface Telemetry {
  tell(visit: Visit, reply: Reply): void;
}

/**
 * One line a request, with nothing secret in it: no token, no key, no body. State is made anew for
 * each request, since an emulator runs many of them in one process at once.
 */
export const powertools = (logger: Logger, clock: Clock): Telemetry => ({
  tell: (visit, reply) => {
    const latencyMs = clock.nowMs() - visit.startedAtMs;
    const line = {
      requestId: visit.requestId,
      route: nameOf(visit),
      status: reply.status,
      latencyMs,
      ...(visit.userId === undefined ? {} : { userId: visit.userId }),
      ...reply.facts,
      conflicts: visit.patience.conflicts,
      outages: visit.patience.outages,
      cost: visit.cost(),
    };
    if (reply.status < 500) logger.info('request', line);
    else logger.error('request', { ...line, ...(visit.error && { error: visit.error }) });
    emit(visit, reply, latencyMs);
  },
});

const nameOf = ({ route }: Visit): string => `${route.method} ${route.path}`;

function emit(visit: Visit, { status, facts }: Reply, latencyMs: number): void {
  const requests = new Metrics({ namespace: NAMESPACE });
  requests.addDimensions({ route: nameOf(visit), status: `${Math.floor(status / 100)}xx` });
  requests.addMetric('latency', MetricUnit.Milliseconds, latencyMs);
  requests.addMetric('conflicts', MetricUnit.Count, visit.patience.conflicts);
  requests.publishStoredMetrics();

  if (facts.strategy === undefined || facts.outcome === undefined) return;
  const orders = new Metrics({ namespace: NAMESPACE });
  orders.addDimensions({ strategy: facts.strategy, outcome: facts.outcome });
  orders.addMetric('orders', MetricUnit.Count, 1);
  orders.publishStoredMetrics();
}
