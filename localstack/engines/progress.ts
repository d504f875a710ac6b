import { styleText } from 'node:util';
import { ENGINE_NAMES, type EngineName } from './engine.ts';

export type Phase =
  'looking' | 'waiting' | 'downloading' | 'preparing' | 'starting' | 'ready' | 'failed';

/** One change of state of one engine on its way up. */
export interface EngineProgress {
  readonly name: EngineName;
  readonly phase: Phase;
  readonly detail?: string;
}

/** Shows how far the engines are, until `end` is called. */
export interface ProgressDisplay {
  readonly onProgress: (progress: EngineProgress) => void;
  readonly end: () => void;
}

const COLOURS = { ready: 'green', failed: 'red' } as const;
const TICK_MS = 200;

/** One live line on a terminal, elsewhere a plain line for each change. */
export function showProgress(out: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  return out.isTTY ? liveLine(out) : plainLines(out);
}

function plainLines(out: NodeJS.WriteStream): ProgressDisplay {
  const sinceMs = performance.now();
  const shown = new Map<EngineName, string>();
  return {
    onProgress({ name, phase, detail }) {
      const text = detail === undefined ? phase : `${phase} (${detail})`;
      if (shown.get(name) === text) return;
      shown.set(name, text);
      out.write(`${name.padEnd(8)} ${text}${phase === 'ready' ? `, ${seconds(sinceMs)}` : ''}\n`);
    },
    end() {
      shown.clear();
    },
  };
}

function liveLine(out: NodeJS.WriteStream): ProgressDisplay {
  const sinceMs = performance.now();
  const states = new Map<EngineName, EngineProgress>();
  const draw = (): void => {
    out.cursorTo(0);
    out.write(fitted(states, seconds(sinceMs), out));
    out.clearLine(1);
  };
  const timer = setInterval(draw, TICK_MS);
  timer.unref();
  return {
    onProgress(progress) {
      states.set(progress.name, progress);
      draw();
    },
    end() {
      clearInterval(timer);
      if (states.size === 0) return;
      draw();
      out.write('\n');
    },
  };
}

/** Details go first where the terminal is narrow: a line that wraps could not be redrawn. */
function fitted(
  states: ReadonlyMap<EngineName, EngineProgress>,
  time: string,
  out: NodeJS.WriteStream,
): string {
  const known = ENGINE_NAMES.map((name) => states.get(name)).filter((state) => state !== undefined);
  const plain = (details: boolean): string[] =>
    known.map(({ name, phase, detail }) =>
      details && detail !== undefined ? `${name} ${phase} (${detail})` : `${name} ${phase}`,
    );
  const width = [...plain(true), time].join(' · ').length;
  const parts = plain(width < out.columns).map((part, at) => {
    const phase = known[at]?.phase;
    const colour = phase === 'ready' || phase === 'failed' ? COLOURS[phase] : 'yellow';
    return styleText(colour, part, { stream: out });
  });
  return [...parts, time].join(' · ');
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
