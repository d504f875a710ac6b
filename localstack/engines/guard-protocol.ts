/** What the owner asks for, one JSON object a line. */
export interface GuardRequest {
  readonly id: number;
  readonly file: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** An engine is to run until the end; any other program ends by itself. */
  readonly engine: boolean;
}

/** What the guard answers: `pid` or `error` at once, `exit` when the program has ended. */
export interface GuardReply {
  readonly id: number;
  readonly pid?: number;
  readonly error?: string;
  readonly exit?: string;
  readonly exitCode?: number | null;
}
