/** secrets-elsewhere — sealing keys that AWS or Google keeps, taken from there before anything is opened or made. */
import type { Config } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { awsKeys, gcpKeys, keysFrom } from './platform/keys/index.ts';

/**
 * The configuration with its sealing keys. With USE_AWS_SECRETS or GCP_SECRET they are those from there alone: what
 * SEALING_KEYS says counts for nothing, or an installation whose AWS is away would start with a key that opens nothing and seal what comes with it.
 */
export async function withSealingKeys(config: Config): Promise<Config> {
  if (config.gcpSecret !== undefined) {
    const source = gcpKeys({
      secret: config.gcpSecret,
      kmsKey: config.gcpKmsKey ?? null,
      serviceAccount: config.gcpServiceAccount ?? null,
      endpoint: config.gcpEndpointUrl ?? null,
      metadataEndpoint: config.gcpMetadataEndpoint,
      clock: systemClock,
    });
    return { ...config, sealingKeys: await keysFrom(source) };
  }
  if (!config.useAwsSecrets) return config;
  const source = awsKeys({
    region: config.awsRegion!,
    secretName: config.awsSecretName,
    endpoint: config.awsEndpointUrl ?? null,
    clock: systemClock,
    credentials: {
      accessKeyId: config.awsAccessKeyId,
      secretAccessKey: config.awsSecretAccessKey,
      sessionToken: config.awsSessionToken,
      containerRelativeUri: config.awsContainerCredentialsRelativeUri,
      containerFullUri: config.awsContainerCredentialsFullUri,
      containerToken: config.awsContainerAuthorizationToken,
      metadataEndpoint: config.awsEc2MetadataServiceEndpoint,
    },
  });
  return { ...config, sealingKeys: await keysFrom(source) };
}
