import { z } from 'zod';

const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** As many characters as HS256 has bytes. */
export const TICKET_SECRET_LENGTH_MIN = 32;

const schema = z.object({
  STAGE: z.string().default('local'),
  TABLE_PREFIX: z.string().default('last-one-'),
  CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
    .default('KRW'),
  RESERVATION_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
  DYNAMODB_ENDPOINT: z.url().optional(),
  /**
   * For a machine that is busier than an outage is long. Above 1,300 no call has time for a second try,
   * and above 2,700 an outage is told later than within 3 s.
   */
  DYNAMODB_CALL_MS_MAX: z.coerce.number().int().min(100).max(20_000).optional(),
  REDIS_URL: z.string().optional(),
  KAFKA_BROKERS: z.string().optional(),
  /** Who the brokers let in: anybody, or AWS identities, under TLS (MSK). */
  KAFKA_AUTH: z.enum(['none', 'aws-iam']).default('none'),
  /** Lambda's own, and part of what a token for MSK signs. */
  AWS_REGION: z.string().optional(),
  /**
   * Signs tickets; whoever knows it can make them. One that could be guessed is none: then no order can
   * queue, and all others are placed.
   */
  TICKET_SECRET: z.string().min(TICKET_SECRET_LENGTH_MIN).optional().catch(undefined),
  /** Before the names of topics, so that shops can share brokers. */
  TOPIC_PREFIX: z.string().default(''),
  JWT_ISSUER: z.string().min(1),
  JWT_AUDIENCE: z.string().min(1),
  JWT_JWKS: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('must be JSON');
        return z.NEVER;
      }
    })
    .pipe(jwks),
  JWT_ADMIN_CLAIM: z.string().min(1).default('scope'),
  JWT_ADMIN_VALUE: z.string().min(1).default('shop:admin'),
});

export type Config = z.infer<typeof schema>;

/** The shop's settings. An unset or wrong one is named at start, before any request. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(`The environment is not usable:\n${z.prettifyError(parsed.error)}`);
}

export const isLocal = ({ STAGE }: Pick<Config, 'STAGE'>): boolean => STAGE === 'local';
