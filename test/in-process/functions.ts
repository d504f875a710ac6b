import { AsyncLocalStorage } from 'node:async_hooks';
import { jest } from '@jest/globals';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { RequestId, UserId } from '../../lib/domain/ids.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Edge, Handler } from '../../lib/http/route.ts';
import { type Route, routes } from '../../lib/http/routes.ts';
import { metered } from '../../lib/runtime/tally.ts';
import type { selling } from '../../lib/runtime/selling.ts';

export type App = typeof selling;

/** What the functions run on: made by a test, and put in place before each call. */
export interface World {
  readonly app: App;
  readonly edge: Edge;
}

/** One request as a client means it; the user's name is the token. */
export interface Ask {
  readonly route: `${string} ${string}`;
  readonly user?: string;
  readonly admin?: boolean;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/**
 * The files in `functions/`, on a store, a clock and an edge of the test's own.
 *
 * Their composition root is replaced, so it must be loaded before anything imports `lib/runtime`'s
 * store or edge. Many requests may be under way at once, all in the one world that is in place, or
 * each in a world that was handed over with it.
 */
export class InProcess {
  readonly #operations = new Map<string, (edge: Edge) => Handler>();
  readonly #handlers = new WeakMap<Edge, Map<string, Handler>>();
  readonly #own = new AsyncLocalStorage<World>();
  #world: World | undefined;

  static async load(): Promise<InProcess> {
    const shop = new InProcess();
    const { handlerOf } = await import('../../lib/http/route.ts');
    const app = new Proxy({} as App, {
      get: (_, name) => shop.world.app[name as keyof App],
    });
    jest.unstable_mockModule('../../lib/runtime/store.ts', () => ({ app }));
    jest.unstable_mockModule('../../lib/runtime/selling.ts', () => ({ selling: app }));
    jest.unstable_mockModule('../../lib/runtime/replaying.ts', () => ({ replaying: app }));
    jest.unstable_mockModule('../../lib/runtime/edge.ts', () => ({
      handle: (route: Route, operate: never, schema: never) => {
        const name = `${route.method} ${route.path}`;
        shop.#operations.set(name, (edge) => handlerOf(edge, route, operate, schema));
      },
    }));
    const files = Object.keys(routes)
      .filter((name) => name !== 'health')
      .map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
    for (const file of files) await import(`../../functions/${file}.ts`);
    return shop;
  }

  get world(): World {
    const world = this.#own.getStore() ?? this.#world;
    if (world === undefined) throw new Error('the functions have no world yet');
    return world;
  }

  set world(world: World) {
    this.#world = world;
  }

  /** Sends it in a world of its own, whatever others are in at that time. */
  sendIn(world: World, ask: Ask): Promise<Told> {
    return this.#own.run(world, () => this.send(ask));
  }

  async send(ask: Ask): Promise<Told> {
    const [method = '', path = ''] = ask.route.split(' ');
    const route = routeOf(method, path);
    const event = eventOf(method, path, route, ask);
    const result = await this.#handlerOf(route)(event, {} as Context);
    return toldBy(result);
  }

  #handlerOf({ method, path }: Route): Handler {
    const { edge } = this.world;
    const name = `${method} ${path}`;
    const made = this.#handlers.get(edge) ?? new Map<string, Handler>();
    this.#handlers.set(edge, made);
    const handler = made.get(name) ?? this.#operations.get(name)?.(edge);
    if (handler === undefined) throw new Error(`no function serves ${name}`);
    made.set(name, handler);
    return handler;
  }
}

const patterns = Object.values(routes).map((route: Route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function routeOf(method: string, path: string): Route {
  const bare = path.split('?')[0] ?? '';
  const hit = patterns.find(({ route, pattern }) => route.method === method && pattern.test(bare));
  if (hit === undefined) throw new Error(`no route for ${method} ${path}`);
  return hit.route;
}

function eventOf(method: string, path: string, route: Route, ask: Ask): APIGatewayProxyEvent {
  const [bare = '', query = ''] = path.split('?');
  const { pattern } = patterns.find((one) => one.route === route) ?? {};
  const parameters = Object.entries(Object.groupBy([...new URLSearchParams(query)], ([n]) => n));
  const headers = {
    ...(ask.user === undefined ? {} : { authorization: `Bearer ${tokenOf(ask)}` }),
    ...(ask.key === undefined ? {} : { 'idempotency-key': ask.key }),
    ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...ask.headers,
  };
  return {
    httpMethod: method,
    path: bare,
    pathParameters: pattern?.exec(bare)?.groups ?? null,
    multiValueQueryStringParameters: Object.fromEntries(
      parameters.map(([name, pairs = []]) => [name, pairs.map(([, value]) => value)]),
    ),
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value]]),
    ),
    body: ask.body === undefined ? null : JSON.stringify(ask.body),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEvent;
}

function toldBy({ statusCode, headers, body }: APIGatewayProxyResult): Told {
  const json = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>;
  return { status: statusCode, headers: headers as Record<string, string>, text: body, json };
}

const tokenOf = ({ user, admin }: Ask): string =>
  Buffer.from(JSON.stringify({ user, admin })).toString('base64url');

const askIn = (token: string): Pick<Ask, 'user' | 'admin'> =>
  JSON.parse(Buffer.from(token, 'base64url').toString()) as Ask;

/** An edge that believes whoever the test says is asking, counts cost, and tells nobody. */
export function quietEdge(
  clock: Clock,
  newRequestId: () => string,
  limits: { readonly requestMsMax?: number; readonly callMsMax?: number } = {},
): Edge {
  const { requestMsMax = 20_000, callMsMax = 1_000 } = limits;
  return {
    clock,
    verify: async (token) => {
      const { user = '', admin = false } = askIn(token);
      return { userId: user as UserId, isAdmin: admin };
    },
    telemetry: { tell: () => undefined },
    platform: [],
    newRequestId: () => newRequestId() as RequestId,
    requestMsMax,
    callMsMax,
    metered,
    showCost: true,
  };
}
