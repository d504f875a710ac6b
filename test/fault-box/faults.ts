/** What can happen to one call to an engine, as far as its caller can tell one from another. */
export const faults = [
  /** It never arrives; the caller sees a time-out. */
  'lost-request',
  /** It is carried out; the caller sees a time-out. */
  'lost-reply',
  /** The caller sees a time-out, and it arrives when a later write has been answered. */
  'late',
  /** The same, and it arrives only when the box is settled: after the request was answered. */
  'very-late',
  /** Another transaction is at the same items; no read meets this. */
  'conflict',
  /** More was asked of the engine than it gives. */
  'throttled',
  /** The engine fails before it has done anything. */
  '500-before',
  /** The engine fails when it has carried the call out. */
  '500-after',
  /** Nobody listens; nothing was sent. */
  'refused-connection',
  /** An equal request of a twin runs from its start to its end first. */
  'twin',
] as const;

export type Fault = (typeof faults)[number];

/** Which fault befalls which call, by the call's number, from 1. */
export type Script<F = Fault> = Readonly<Record<number, F>>;

/** Decides call by call: a script, or chance. */
export type FaultSource<F = Fault> = (callNumber: number) => F | undefined;

export const scripted =
  <F = Fault>(script: Script<F>): FaultSource<F> =>
  (callNumber) =>
    script[callNumber];

/** Every call from this one on: an engine that is gone, or swamped, for good. */
export const onwards =
  <F = Fault>(first: number, fault: F): FaultSource<F> =>
  (callNumber) =>
    callNumber >= first ? fault : undefined;

/** Each call by chance, always the same for one seed. */
export function atRandom<F = Fault>(
  seed: number,
  probability: number,
  among: readonly F[],
): FaultSource<F> {
  const draw = mulberry32(seed);
  return () => {
    const [hit, which] = [draw() < probability, draw()];
    return hit ? among[Math.floor(which * among.length)] : undefined;
  };
}

/** Numbers in [0, 1) from a seed (Tommy Ettinger's generator, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
