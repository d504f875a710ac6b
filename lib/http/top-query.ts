import type { APIGatewayProxyEvent } from 'aws-lambda';
import { invalid } from './problems.ts';

const bounds = {
  days: { max: 30, byDefault: 3 },
  limit: { max: 50, byDefault: 5 },
} as const;

/** Reads `days` and `limit` of `GET /products/top`, or refuses them, each with a fault of its own. */
export function readTopQuery({ multiValueQueryStringParameters: query }: APIGatewayProxyEvent): {
  readonly days: number;
  readonly limit: number;
} {
  const faults: { pointer: string; detail: string }[] = [];
  const read = (name: keyof typeof bounds): number => {
    const { max, byDefault } = bounds[name];
    const [given = String(byDefault), ...more] = query?.[name] ?? [];
    const isNumber = /^[1-9]\d?$/.test(given) && Number(given) <= max;
    if (!isNumber || more.length > 0) {
      faults.push({ pointer: '', detail: `takes one ${name} from 1 to ${max}` });
    }
    return Number(given);
  };
  const asked = { days: read('days'), limit: read('limit') };
  if (faults.length > 0) throw invalid(faults);
  return asked;
}
