import { execFile } from 'node:child_process';
import { DYNAMODB_CALL_MS_MAX } from '../database.ts';

/** What the command left behind. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const RACE_MS_MAX = 120_000;

/** Jest may ask its workers for colours; here there is no terminal to show them. */
const env: NodeJS.ProcessEnv = {
  ...process.env,
  DYNAMODB_CALL_MS_MAX: String(DYNAMODB_CALL_MS_MAX),
};
delete env['FORCE_COLOR'];

/** Runs `npm run race -- …` to its end. */
export function race(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['bench/race.ts', ...args],
      { env, timeout: RACE_MS_MAX },
      (_, stdout, stderr) => {
        resolve({ status: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}
