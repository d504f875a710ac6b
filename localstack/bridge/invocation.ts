/**
 * What became of one invocation: the function answered; it threw or ran out of time; or nobody knows,
 * since the lambda port is away, hung up, or has no such function.
 */
export type Invocation =
  | { readonly kind: 'returned'; readonly answer: unknown }
  | { readonly kind: 'threw'; readonly error: string }
  | { readonly kind: 'unreached'; readonly error: string };

/** Invokes the one function of an event source, and never throws. */
export type Invoke = (event: object) => Promise<Invocation>;
