import { styleText } from 'node:util';

/** A run under way. */
export interface Step {
  readonly round: string;
  /** What is run: a strategy or a scenario. */
  readonly subject: string;
}

/** Shows how far the race is. */
export interface Progress {
  readonly begin: (step: Step) => void;
  readonly accepted: () => void;
  /** The run is over. */
  readonly done: () => void;
  /** A line that stays. */
  readonly say: (line: string) => void;
  readonly end: () => void;
}

const TICK_MS = 100;
const PLAIN_LINES = 10;

/** One live line on a terminal; elsewhere about ten lines, however many runs there are. */
export function showRace(runs: number, out: NodeJS.WriteStream = process.stderr): Progress {
  return out.isTTY ? liveLine(out) : plainLines(runs, out);
}

function plainLines(runs: number, out: NodeJS.WriteStream): Progress {
  const every = Math.ceil(runs / PLAIN_LINES);
  let line = '';
  let accepted = 0;
  let done = 0;
  const say = (text: string): void => {
    out.write(`${text}\n`);
  };
  return {
    begin({ round, subject }) {
      line = `${round}, ${subject}`;
      accepted = 0;
    },
    accepted() {
      accepted++;
    },
    done() {
      done++;
      if (done % every === 0 || done === 1 || done === runs) say(`${line}: ${accepted} accepted`);
    },
    say,
    end: () => undefined,
  };
}

/** Drawn by the clock and not by events: the more goes on, the less time there is to draw. */
function liveLine(out: NodeJS.WriteStream): Progress {
  let step: Step | undefined;
  let accepted = 0;
  const wipe = (): void => {
    out.cursorTo(0);
    out.clearLine(1);
  };
  const draw = (): void => {
    if (step === undefined) return;
    const { round, subject } = step;
    const plain = `${round} · ${subject} · ${accepted} accepted`;
    const painted = `${round} · ${subject} · ${styleText('green', String(accepted), { stream: out })} accepted`;
    wipe();
    // A line that wraps could not be redrawn; a terminal that does not tell its width has none.
    const width = out.columns > 0 ? out.columns : Infinity;
    out.write(plain.length < width ? painted : plain.slice(0, width - 1));
  };
  const timer = setInterval(draw, TICK_MS);
  timer.unref();
  return {
    begin(next) {
      step = next;
      accepted = 0;
      draw();
    },
    accepted() {
      accepted++;
    },
    done: draw,
    say(text) {
      wipe();
      out.write(`${text}\n`);
      draw();
    },
    end() {
      clearInterval(timer);
      step = undefined;
      wipe();
    },
  };
}
