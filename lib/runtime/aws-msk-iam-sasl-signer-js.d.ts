/**
 * The one function that lib/runtime/msk-token.ts calls. Declared here and not by the package, whose own
 * types lead to all those of the AWS SDK.
 */
declare module 'aws-msk-iam-sasl-signer-js' {
  export function generateAuthToken(options: { region: string }): Promise<{ token: string }>;
}
