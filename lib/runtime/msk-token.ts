/**
 * What makes the tokens that an MSK cluster with IAM authentication lets in, signed with the role of
 * the function. A token is good for 15 minutes, and one is made for each connection, without a call to
 * anybody.
 */
export async function mskToken(region: string): Promise<() => Promise<string>> {
  const { generateAuthToken } = await signer();
  return async () => (await generateAuthToken({ region })).token;
}

/** Caught so that a bundler that does not find the package warns; a shop without MSK has no need of it. */
async function signer() {
  try {
    return await import('aws-msk-iam-sasl-signer-js');
  } catch (cause) {
    const message = 'KAFKA_AUTH is aws-iam, and aws-msk-iam-sasl-signer-js cannot be loaded.';
    throw new Error(message, { cause });
  }
}
