/** Sealing keys that lie with AWS or Google. */
import { z } from 'zod';
import { flag, GROUPS, httpUrl, setting } from './config-setting.ts';

export const keySettings = {
  USE_AWS_SECRETS: setting(flag.default(false), {
    group: GROUPS.aws,
    doc: 'Sealing keys come from AWS Secrets Manager and from nowhere else: when AWS cannot be asked the start fails. docs/operations.md has the form of the secret.',
  }),
  AWS_REGION: setting(
    z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must look like eu-central-1')
      .optional(),
    { group: GROUPS.aws, doc: 'Region of the secret and its KMS key.', example: 'eu-central-1' },
  ),
  AWS_SECRET_NAME: setting(z.string().min(1).max(2_048).default('chaski/sealing-keys'), {
    group: GROUPS.aws,
    doc: 'Name or ARN of the secret that holds the sealing keys.',
  }),
  AWS_PROVIDER_TOKENS: setting(flag.default(false), {
    group: GROUPS.aws,
    doc: 'Tokens of accounts go to Secrets Manager too, when they are saved. While AWS is away messages of their numbers wait. `chaski keys tokens` moves what is there.',
  }),
  AWS_TOKEN_PREFIX: setting(
    z
      .string()
      .regex(/^[A-Za-z0-9_+=.@-]+(\/[A-Za-z0-9_+=.@-]+)*$/, 'must look like chaski/tokens')
      .max(200)
      .default('chaski/tokens'),
    { group: GROUPS.aws, doc: 'What their names begin with: <prefix>/<workspace id>/<a name of its own>.' },
  ),
  AWS_ACCESS_KEY_ID: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Access key id. Without it the credentials of the container or the machine are taken.',
    secret: true,
  }),
  AWS_SECRET_ACCESS_KEY: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Secret access key of that id.',
    secret: true,
  }),
  AWS_SESSION_TOKEN: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Session token, where these credentials are temporary.',
    secret: true,
  }),
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: setting(
    z.string().startsWith('/', 'must start with /').optional(),
    {
      group: GROUPS.aws,
      doc: 'Set by ECS: where the credentials of its task are asked for.',
    },
  ),
  AWS_CONTAINER_CREDENTIALS_FULL_URI: setting(httpUrl.optional(), {
    group: GROUPS.aws,
    doc: 'Set by EKS and others: the same as a whole address.',
  }),
  AWS_CONTAINER_AUTHORIZATION_TOKEN: setting(z.string().optional(), {
    group: GROUPS.aws,
    doc: 'Set with it: what is sent along.',
    secret: true,
  }),
  AWS_ENDPOINT_URL: setting(httpUrl.optional(), {
    group: GROUPS.aws,
    doc: 'Another address for Secrets Manager and KMS: a VPC endpoint, or a double of them.',
    defaultText: 'https://<service>.<region>.amazonaws.com',
  }),
  AWS_EC2_METADATA_SERVICE_ENDPOINT: setting(httpUrl.default('http://169.254.169.254'), {
    group: GROUPS.aws,
    doc: "Where a machine's credentials are asked for (IMDSv2).",
  }),
  GCP_SECRET: setting(
    z
      .string()
      .regex(/^projects\/[\w:.-]+\/secrets\/[\w-]+$/, 'must look like projects/<project>/secrets/<name>')
      .optional(),
    {
      group: GROUPS.gcp,
      doc: 'Sealing keys come from this secret of Google Secret Manager and from nowhere else: when Google cannot be asked the start fails.',
      example: 'projects/acme/secrets/chaski-sealing-keys',
    },
  ),
  GCP_KMS_KEY: setting(
    z
      .string()
      .regex(/^projects\/.+\/cryptoKeys\/[\w-]+$/, 'must look like projects/…/cryptoKeys/<name>')
      .optional(),
    { group: GROUPS.gcp, doc: 'Key of Cloud KMS that opens the entries that are wrapped.' },
  ),
  GCP_SERVICE_ACCOUNT: setting(z.string().optional(), {
    group: GROUPS.gcp,
    doc: "Text of a service account's key file. Without it the account of the machine is taken.",
    secret: true,
  }),
  GCP_ENDPOINT_URL: setting(httpUrl.optional(), {
    group: GROUPS.gcp,
    doc: 'Another address for Secret Manager and KMS: a double of them.',
    defaultText: "Google's own",
  }),
  GCP_METADATA_ENDPOINT: setting(httpUrl.default('http://metadata.google.internal'), {
    group: GROUPS.gcp,
    doc: "Where the token of the machine's account is asked for.",
  }),
};
