import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { EngineMissing } from './missing.ts';

const JAVA_VERSION_MIN = 17;
const INSTALL_JAVA =
  `install Java ${JAVA_VERSION_MIN} or newer ` +
  '(for example `apt install openjdk-17-jre-headless`)';

/** Where a program is that a shell would run by this name. */
export function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The Java that DynamoDB Local and Kafka run on. */
export async function findJava(): Promise<string> {
  const java = findOnPath('java');
  if (java === undefined) {
    throw new EngineMissing('No Java was found for DynamoDB and Kafka', INSTALL_JAVA);
  }
  const version = await javaVersion(java);
  if (version >= JAVA_VERSION_MIN) return java;
  throw new EngineMissing(
    version === 0
      ? `\`${java}\` did not tell its version`
      : `Java ${version} is too old for DynamoDB and Kafka`,
    INSTALL_JAVA,
  );
}

/** The major version, or 0 where there is none: macOS has a `java` that only says where to get one. */
async function javaVersion(java: string): Promise<number> {
  try {
    const { stdout, stderr } = await promisify(execFile)(java, ['-version']);
    return Number(/version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
