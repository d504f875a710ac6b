import { createHash } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command, Endpoint, Engine } from './engine.ts';
import { serverProperties } from './kafka/properties.ts';
import { askGroupCoordinator, askVersions } from './kafka/wire.ts';
import { downloadFailed, EngineFailed, EngineMissing } from './missing.ts';
import { freePort } from './ports.ts';
import { findOnPath } from './programs.ts';
import type { Toolbox } from './toolbox.ts';

/** Any will do: it binds brokers to nothing. A drawn one may begin with a dash, which reads as an option. */
const CLUSTER_ID = 'bGFzdC1vbmUtbG9jYWwtMQ';
const POM = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));

/** Apache Kafka, a single broker that is its own controller, from the jars that Maven brings. */
export const kafka: Engine<'kafka'> = {
  name: 'kafka',
  title: 'Kafka',
  variable: 'KAFKA_BROKERS',
  portVariable: 'ENGINES_KAFKA_PORT',
  portDefault: 19092,
  address: (port) => `127.0.0.1:${port}`,
  endpointOf,
  ping: (address) => askAny(address, askVersions),
  ready: (address) => askAny(address, askGroupCoordinator),
  async prepare(tools) {
    const java = await tools.java();
    const home = await kafkaHome(tools, java);
    return async (port): Promise<Command> => {
      const properties = join(tools.dataDir, 'server.properties');
      const data = join(tools.dataDir, 'data');
      await rm(data, { recursive: true, force: true });
      await cp(join(home, 'formatted'), data, { recursive: true });
      await writeFile(properties, serverProperties(port, await freePort(), data));
      return javaCommand(java, home, 'kafka.Kafka', properties);
    };
  },
};

function endpointOf(address: string): Endpoint {
  const [, host, port] = /^\s*\[?([^,[\]]+?)\]?:(\d+)\s*(?:,|$)/.exec(address) ?? [];
  if (host === undefined) throw new Error('it is no list of host:port');
  return { host, port: Number(port), secure: false };
}

async function askAny(
  brokers: string,
  question: (endpoint: Endpoint) => Promise<void>,
): Promise<void> {
  await Promise.any(brokers.split(',').map(async (broker) => question(endpointOf(broker)))).catch(
    (error: unknown) => {
      throw error instanceof AggregateError ? error.errors[0] : error;
    },
  );
}

/** The folder of jars and of an empty, formatted data folder, both made once for each state of the pom. */
async function kafkaHome(tools: Toolbox, java: string): Promise<string> {
  const version = createHash('sha256')
    .update(await readFile(POM))
    .digest('hex')
    .slice(0, 12);
  return tools.keep(`kafka-${version}`, async (temporary) => {
    await download(tools, join(temporary, 'libs'));
    await format(tools, java, temporary);
  });
}

async function download(tools: Toolbox, libs: string): Promise<void> {
  const maven = findOnPath('mvn');
  if (maven === undefined) {
    throw new EngineMissing(
      'No Maven was found to download Kafka with',
      'install it (for example `apt install maven`)',
    );
  }
  tools.say('downloading', 'Apache Kafka by Maven, once, 43 MB');
  const logFile = tools.logFile('download');
  const goal = 'dependency:copy-dependencies';
  const args = ['-B', '-q', '-f', POM, goal, `-DoutputDirectory=${libs}`];
  if ((await tools.run({ file: maven, args }, logFile)) !== 0) {
    throw downloadFailed('Kafka', logFile);
  }
}

/** Formatting takes a JVM 1.5 s and depends on nothing but the node's id, so it is done once and copied. */
async function format(tools: Toolbox, java: string, home: string): Promise<void> {
  tools.say('preparing');
  const properties = join(home, 'format.properties');
  await writeFile(properties, serverProperties(9092, 9093, join(home, 'formatted')));
  const command = javaCommand(java, home, 'kafka.tools.StorageTool', 'format');
  const args = [...command.args, '--cluster-id', CLUSTER_ID, '--config', properties];
  const logFile = tools.logFile('format');
  if ((await tools.run({ ...command, args }, logFile)) !== 0) {
    throw new EngineFailed('Kafka', 'its data folder could not be formatted', logFile);
  }
  await rm(properties);
}

function javaCommand(java: string, home: string, main: string, argument: string): Command {
  const options = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return { file: java, args: [...options, '-cp', join(home, 'libs', '*'), main, argument] };
}
