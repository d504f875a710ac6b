import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { EngineProgress } from '../../../localstack/engines/index.ts';
import { showProgress } from '../../../localstack/engines/progress.ts';

/** Remembers what is written, and stands for a terminal of some width or for a file. */
function screen(columns?: number): { out: NodeJS.WriteStream; written: () => string } {
  let text = '';
  const keep = (part: string): boolean => (text += part) !== '';
  const out = Object.assign(new Writable(), {
    isTTY: columns !== undefined,
    columns,
    write: keep,
    cursorTo: () => keep('\r'),
    clearLine: () => true,
    getColorDepth: () => 1,
  });
  return { out: out as unknown as NodeJS.WriteStream, written: () => text };
}

const DOWNLOADING: EngineProgress = { name: 'kafka', phase: 'downloading', detail: 'by Maven' };

test('off a terminal every change is a line, and no change is none', () => {
  const { out, written } = screen();
  const display = showProgress(out);
  display.onProgress({ name: 'redis', phase: 'starting' });
  display.onProgress(DOWNLOADING);
  display.onProgress(DOWNLOADING);
  display.onProgress({ name: 'redis', phase: 'ready', detail: 'redis://127.0.0.1:1' });
  display.end();
  expect(written()).toMatch(
    /^redis {4}starting\nkafka {4}downloading \(by Maven\)\nredis {4}ready \(redis:\/\/127\.0\.0\.1:1\), \d+\.\d s\n$/,
  );
});

test('a terminal has one line for all, in a fixed order', () => {
  const { out, written } = screen(120);
  const display = showProgress(out);
  display.onProgress(DOWNLOADING);
  display.onProgress({ name: 'dynamodb', phase: 'ready' });
  display.end();
  expect(written().split('\n')).toHaveLength(2);
  expect(lastLine(written())).toMatch(
    /^dynamodb ready · kafka downloading \(by Maven\) · \d+\.\d s$/,
  );
});

test('a narrow terminal goes without details, so that the line does not wrap', () => {
  const { out, written } = screen(40);
  const display = showProgress(out);
  display.onProgress(DOWNLOADING);
  display.onProgress({ name: 'dynamodb', phase: 'ready' });
  display.end();
  expect(lastLine(written())).toMatch(/^dynamodb ready · kafka downloading · \d+\.\d s$/);
});

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\r').at(-1);
}
