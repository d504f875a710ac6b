/** Any function's handler, whatever its event. */
export type AnyHandler = (event: object, context: object) => Promise<unknown>;

/** Loads a function by its name in serverless.yml: `placeOrder` stands in `functions/place-order.ts`. */
export async function handlerOf(name: string): Promise<AnyHandler> {
  const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const module = (await import(`../../functions/${file}.ts`)) as { readonly handler: AnyHandler };
  return module.handler;
}
