import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
import type { InitializeMiddleware } from '@smithy/types';
import { dynamoShop } from '../../lib/adapters/dynamodb/shop.ts';
import { tableNames } from '../../lib/adapters/dynamodb/tables.ts';
import type { ClientPlugin } from '../../lib/runtime/database.ts';
import type { Carts } from '../../lib/ports/carts.ts';
import type { Stock } from '../../lib/ports/stock.ts';
import { BenchShop } from '../contract/bench-shop.ts';
import { testDatabase } from '../database.ts';

/** What a role must allow, such as `dynamodb:Query orders/index/holds`, by the function's name. */
export class UsedActions {
  readonly #used = new Map<string, Set<string>>();
  readonly #onBehalfOf = new AsyncLocalStorage<string>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(name: string): string[] {
    return [...(this.#used.get(name) ?? [])].sort();
  }

  during<T>(name: string, work: () => T): T {
    return this.#onBehalfOf.run(name, work);
  }

  /** The same, unless it is done on behalf of a function already. */
  duringNoOther<T>(name: string, work: () => T): T {
    return this.#onBehalfOf.getStore() === undefined ? this.during(name, work) : work();
  }

  get plugin(): ClientPlugin {
    const middleware: InitializeMiddleware<ServiceInputTypes, ServiceOutputTypes> =
      (next, context) => (args) => {
        const name = this.#onBehalfOf.getStore();
        const operation = (context.commandName ?? '').replace(/Command$/, '');
        if (name !== undefined) this.#note(name, operation, args.input);
        return next(args);
      };
    return {
      applyToStack: (stack) => {
        stack.add(middleware, { step: 'initialize', name: 'usedActions' });
      },
    };
  }

  #note(name: string, operation: string, input: Input): void {
    const used = this.#used.get(name) ?? new Set<string>();
    this.#used.set(name, used);
    for (const [action, table] of actionsOf(operation, input)) {
      used.add(`dynamodb:${action} ${this.#logical(table)}`);
    }
  }

  #logical(table: string): string {
    const [real, ...index] = table.split('/');
    const names = Object.entries(tableNames(this.#prefix));
    const [logical = table] = names.find(([, name]) => name === real) ?? [];
    return [logical, ...index].join('/');
  }
}

type Input = object & {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly RequestItems?: object | undefined;
  readonly TransactItems?: readonly object[] | undefined;
};

/** A transaction needs the rights of its parts; there is none for the transaction itself. */
function actionsOf(operation: string, input: Input): (readonly [action: string, table: string])[] {
  if (input.TransactItems !== undefined) {
    return input.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, part]) => {
        const { TableName = '' } = part as Input;
        return [`${kind}Item`, TableName] as const;
      }),
    );
  }
  if (input.RequestItems !== undefined) {
    return Object.keys(input.RequestItems).map((table) => [operation, table]);
  }
  const { TableName = '', IndexName } = input;
  return [[operation, IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`]];
}

/** Carts on DynamoDB, each verb on behalf of whoever uses it; both that remove do it alike. */
export function notedCarts(prefix: string, used: UsedActions): Carts {
  const { carts } = dynamoShop(testDatabase(prefix, [used.plugin]));
  return {
    find: (userIds) =>
      used.during(userIds.length === 1 ? 'getCart' : 'clearCarts', () => carts.find(userIds)),
    put: (...asked) => used.during('putCartItem', () => carts.put(...asked)),
    remove: (userId, cut) =>
      used.during(cut.size === 1 ? 'removeCartItem' : 'clearCarts', () =>
        carts.remove(userId, cut),
      ),
  };
}

/** A shop on DynamoDB that notes what each of its functions asks of it. */
export class NotedShop extends BenchShop {
  readonly #used: UsedActions;

  constructor(prefix: string, used: UsedActions) {
    const ports = dynamoShop(testDatabase(prefix, [used.plugin]));
    const placeMany: Stock['placeMany'] = (plan) =>
      used.duringNoOther('placeOrder', () => ports.stock.placeMany(plan));
    super({ ...ports, stock: { ...ports.stock, placeMany } });
    this.#used = used;
  }

  override adjust(...asked: Parameters<BenchShop['adjust']>): ReturnType<BenchShop['adjust']> {
    return this.#used.during('adjustStock', () => super.adjust(...asked));
  }

  override place(...asked: Parameters<BenchShop['place']>): ReturnType<BenchShop['place']> {
    return this.#used.during('placeOrder', () => super.place(...asked));
  }

  override charge(...asked: Parameters<BenchShop['charge']>): ReturnType<BenchShop['charge']> {
    return this.#used.during('chargeBalance', () => super.charge(...asked));
  }

  override pay(...asked: Parameters<BenchShop['pay']>): ReturnType<BenchShop['pay']> {
    return this.#used.during('payOrder', () => super.pay(...asked));
  }

  override settle(...asked: Parameters<BenchShop['settle']>): ReturnType<BenchShop['settle']> {
    return this.#used.during('settleOrders', () => super.settle(...asked));
  }
}
