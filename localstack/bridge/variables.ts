/** What the variables in serverless.yml are resolved with. */
export interface Settings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stage: string;
}

/** The innermost variable: nothing between its braces is one. */
const VARIABLE = /\$\{([^${}]*)\}/;
const ENV = /^env:(\w+)(?:,\s*'(.*)')?$/s;
const SELF = /^self:([\w.]+)$/;
const PARAM = /^param:(\w+)$/;

/**
 * Resolves the few forms that a topic's or a table's name is written in: `${param:name}` of the stage,
 * `${env:NAME, 'default'}`, `${self:path.to.it}` and `${sls:stage}`. Any other is an error rather than
 * part of a name.
 */
export function valueOf(text: string, document: unknown, settings: Settings): string {
  let value = text;
  for (let match = VARIABLE.exec(value); match !== null; match = VARIABLE.exec(value)) {
    const [whole, variable = ''] = match;
    const found = lookUp(variable, document, settings);
    if (found === undefined) throw new Error(`The bridge can't resolve ${whole} in ${text}.`);
    value = value.replace(whole, () => found);
  }
  return value;
}

function lookUp(variable: string, document: unknown, { env, stage }: Settings): string | undefined {
  if (variable === 'sls:stage') return stage;
  const [, name, fallback] = ENV.exec(variable) ?? [];
  // As in osls, an empty variable is one that is set.
  if (name !== undefined) return env[name] ?? fallback;
  const [, param] = PARAM.exec(variable) ?? [];
  const [, path] = SELF.exec(variable) ?? [];
  const paths =
    param === undefined ? [path] : [stage, 'default'].map((of) => `params.${of}.${param}`);
  return paths
    .map((one) => one?.split('.').reduce<unknown>(memberOf, document))
    .find((found) => typeof found === 'string');
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
