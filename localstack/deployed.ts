import type { Template } from './packaged.ts';

/** One value for every parameter of the template, as somebody might give them who has everything. */
export const everything: Readonly<Record<string, string>> = {
  MskClusterArn:
    'arn:aws:kafka:eu-central-1:123456789012:cluster/shop/7c1a2b3c-0000-1111-2222-333344445555-5',
  SubnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d4e5f60719',
  SecurityGroupIds: 'sg-0a1b2c3d4e5f60718',
  AlarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:alarms',
};

/**
 * The template as CloudFormation reads it once its parameters are known: without conditions, and
 * without what they leave out. Both ways can so be checked for what they refer to and do not have.
 */
export function deployedWith(
  template: Template,
  given: Readonly<Record<string, string>>,
): Template {
  const parameters = Object.fromEntries(
    Object.entries(template.Parameters).map(([name, parameter]) => [
      name,
      { ...parameter, Default: given[name] ?? parameter.Default },
    ]),
  );
  const valueOf = (name: string) => parameters[name]?.Default;
  const holds = (name: string) => isTrue(template.Conditions[name], valueOf);
  const resources = Object.entries(template.Resources).flatMap(
    ([id, { Condition, ...resource }]) =>
      Condition === undefined || holds(Condition) ? [[id, settled(resource, holds)] as const] : [],
  );
  return {
    ...template,
    Parameters: parameters,
    Conditions: {},
    Resources: Object.fromEntries(resources) as Template['Resources'],
  };
}

/** The few forms that conditions are written in here: any other is an error. */
function isTrue(condition: unknown, valueOf: (name: string) => string | undefined): boolean {
  const { 'Fn::Not': not, 'Fn::Equals': equal } = condition as {
    'Fn::Not'?: readonly [unknown];
    'Fn::Equals'?: readonly [{ Ref: string }, string];
  };
  if (not !== undefined) return !isTrue(not[0], valueOf);
  if (equal === undefined) throw new Error(`${JSON.stringify(condition)} is no condition`);
  return valueOf(equal[0].Ref) === equal[1];
}

/** A part of the template with every choice made; nothing where nothing was chosen. */
function settled(part: unknown, holds: (condition: string) => boolean): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) {
    return part.map((one) => settled(one, holds)).filter((one) => one !== undefined);
  }
  const { 'Fn::If': choice, Ref } = part as {
    'Fn::If'?: readonly [string, unknown, unknown];
    Ref?: string;
  };
  if (Ref === 'AWS::NoValue') return undefined;
  if (choice !== undefined) return settled(holds(choice[0]) ? choice[1] : choice[2], holds);
  const members = Object.entries(part).map(
    ([name, value]) => [name, settled(value, holds)] as const,
  );
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}
