import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaPublisher } from '../../../lib/adapters/kafka/publisher.ts';
import { systemClock, systemTimer } from '../../../lib/runtime/clock.ts';

/** Publishes once, rests, and prints which part of a core that took: a process has no other work. */
const [broker = '', topic = ''] = process.argv.slice(2);
const publisher = kafkaPublisher({ brokers: [broker], clock: systemClock, timer: systemTimer });
await publisher.publish(topic, [{ key: 'k', value: 'warm' }]);
await sleep(500);
const [startMs, start] = [performance.now(), process.cpuUsage()];
await sleep(10_000);
const { user, system } = process.cpuUsage(start);
process.stdout.write(String((user + system) / 1_000 / (performance.now() - startMs)));
await publisher.close();
