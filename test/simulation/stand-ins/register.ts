import { registerHooks } from 'node:module';

const lib = new URL('../../../lib/', import.meta.url).href;
const standIns = new Map(
  [
    'runtime/store.ts',
    'runtime/selling.ts',
    'runtime/replaying.ts',
    'runtime/edge.ts',
    'http/idempotency-key.ts',
  ].map((file) => [
    `${lib}${file}`,
    new URL(file.slice(file.indexOf('/') + 1), import.meta.url).href,
  ]),
);

/**
 * From now on this thread loads the stand-ins beside this file in place of the shop's composition
 * root. A stand-in still gets the real module.
 */
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    const standIn = standIns.get(resolved.url);
    const own = [...standIns.values()].includes(context.parentURL ?? '');
    return standIn === undefined || own ? resolved : { ...resolved, url: standIn };
  },
});
