import { type ProblemCode, problemTypes } from './problem-types.ts';
import type { Facts, Reply } from './reply.ts';
import type { Fault } from './strict-json.ts';

interface ProblemOptions {
  readonly detail?: string;
  /** Members beside the standard ones, as contract.md names them. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly facts?: Facts;
}

/** An RFC 9457 problem; `detail` says what this one is about. */
export function problem(code: ProblemCode, options: ProblemOptions = {}): Reply {
  const { status, title, meaning } = problemTypes[code];
  const { detail = meaning, members = {}, headers = {}, facts = {} } = options;
  const retry: Record<string, string> = status === 503 ? { 'Retry-After': '1' } : {};
  return {
    status,
    type: 'application/problem+json',
    body: { type: `/problems/${code}`, title, status, detail, code, ...members },
    headers: { ...retry, ...headers },
    facts: { outcome: code, ...facts },
  };
}

/** Thrown by the guards at the edge, where a request ends before it reached an operation. */
export class Refused extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super('refused at the edge');
    this.reply = reply;
  }
}

export const refuse = (code: ProblemCode, options: ProblemOptions = {}): Refused =>
  new Refused(problem(code, options));

/** The refusal of a request that is not valid, with every fault in it. */
export const invalid = (errors: readonly Fault[]) =>
  refuse('invalid-request', {
    detail: errors.map(({ pointer, detail }) => `${pointer || 'The request'} ${detail}`).join('; '),
    members: { errors },
  });
