import { signToken } from '../../localstack/shop/keys.ts';

/** Somebody in the crowd. */
export interface Shopper {
  readonly token: string;
}

/** No race lasts longer. */
const TOKEN_SECONDS = 86_400;

/** Users that no shop has seen before, signed in before any clock starts. */
export async function signIn(raceId: string, count: number): Promise<readonly Shopper[]> {
  const shoppers: Shopper[] = [];
  for (let i = 0; i < count; i++) {
    shoppers.push({ token: await signToken(`${raceId}-${i}`, { seconds: TOKEN_SECONDS }) });
  }
  return shoppers;
}
