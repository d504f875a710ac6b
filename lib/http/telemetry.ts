import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Clock } from '../ports/clock.ts';
import type { Reply } from './reply.ts';
import type { Visit } from './visit.ts';

/** Tells the operators what came of a request: one log line, and metrics (EMF) beside it. */
export interface Telemetry {
  tell(visit: Visit, reply: Reply): void;
}

/**
 * One line a request, with nothing secret in it: no token, no key, no body. Everything of a request
 * is told between two awaits, since an emulator runs many requests in one process at once and both
 * the logger and the metrics are shared.
 */
export const powertools = (logger: Logger, metrics: Metrics, clock: Clock): Telemetry => ({
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
    emit(metrics, visit, reply, latencyMs);
  },
});

const nameOf = ({ route }: Visit): string => `${route.method} ${route.path}`;

function emit(metrics: Metrics, visit: Visit, { status, facts }: Reply, latencyMs: number): void {
  metrics.addDimensions({ route: nameOf(visit), status: `${Math.floor(status / 100)}xx` });
  metrics.addMetric('latency', MetricUnit.Milliseconds, latencyMs);
  metrics.addMetric('conflicts', MetricUnit.Count, visit.patience.conflicts);
  metrics.publishStoredMetrics();

  if (facts.strategy === undefined || facts.outcome === undefined) return;
  metrics.addDimensions({ strategy: facts.strategy, outcome: facts.outcome });
  metrics.addMetric('orders', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}
