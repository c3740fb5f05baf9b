/**
 * secrets-elsewhere — what AWS or Google keeps: sealing keys, taken from there before anything is opened or made; AWS
 * also tokens of accounts.
 */
import type { Config } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { awsKeys, awsVault, gcpKeys, keysFrom, remembering, type VaultUse } from './platform/keys/index.ts';
import type { Logger } from './platform/log.ts';

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
  const source = awsKeys({ ...awsOf(config), secretName: config.awsSecretName });
  return { ...config, sealingKeys: await keysFrom(source) };
}

/** Where tokens of accounts lie beside the database; null: nowhere. What AWS has is read also when no more goes there. */
export function tokenKeeping(config: Config, log?: Logger): VaultUse | null {
  if (!config.useAwsSecrets) return null;
  const vault = remembering(
    awsVault({
      ...awsOf(config),
      prefix: config.awsTokenPrefix,
      onRefusal: (action, reason, detail) => log?.warn({ action, reason, detail }, 'the vault refused'),
    }),
  );
  return { vault, keeps: config.awsProviderTokens };
}

function awsOf(config: Config) {
  return {
    region: config.awsRegion!,
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
  };
}
