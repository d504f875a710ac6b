import type { Toolbox } from './toolbox.ts';

/** The three engines of the shop, in the order in which they are shown. */
export const ENGINE_NAMES = ['dynamodb', 'redis', 'kafka'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** The environment variable through which the shop is told each engine's address. */
export interface EngineVariables {
  readonly dynamodb: 'DYNAMODB_ENDPOINT';
  readonly redis: 'REDIS_URL';
  readonly kafka: 'KAFKA_BROKERS';
}

/** Where a connection goes. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** A program to run, ready for the guard. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** What is particular to one engine; everything else is common to all three. */
export interface Engine<N extends EngineName = EngineName> {
  readonly name: N;
  readonly title: string;
  readonly variable: EngineVariables[N];
  /** Moves the well-known port, here and in `docker-compose.yml` alike. */
  readonly portVariable: string;
  readonly portDefault: number;
  address(port: number): string;
  /** Throws on an address that is none. */
  endpointOf(address: string): Endpoint;
  /** Rejects, saying why, unless something at the address answers this engine's own protocol. */
  ping(address: string): Promise<void>;
  /** Rejects until the first client would be served without an error. */
  ready(address: string): Promise<void>;
  /** Finds or downloads what the engine is made of, and answers how to run it on a port. */
  prepare(tools: Toolbox): Promise<(port: number) => Promise<Command>>;
}

/** One engine that the caller can use now. */
export interface RunningEngine {
  readonly name: EngineName;
  readonly origin: 'environment' | 'already-up' | 'started';
  /** The value for the engine's environment variable. */
  readonly address: string;
  readonly port: number;
  readonly pid?: number;
  readonly logFile?: string;
}

/** An address fit for a screen: a password in it stays hidden. */
export function shown(address: string): string {
  return address.replace(/\/\/[^@/]*@/, '//***@');
}
