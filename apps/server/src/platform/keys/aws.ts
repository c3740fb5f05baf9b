import { z } from 'zod';
import { errors } from '../errors.ts';
import { type AwsAddress, type AwsService, awsCaller, kms, secretsManager } from './aws-call.ts';
import type { KeySource } from './source.ts';

export interface AwsOptions extends AwsAddress {
  /** Name or ARN. */
  secretName: string;
}

const secretAnswer = z.object({ SecretString: z.string() });
const decrypted = z.object({ Plaintext: z.base64() });

const pausesMs = [200, 800];

/** Sealing keys in AWS Secrets Manager, wrapped by KMS or not. Asked at the start only. */
export function awsKeys(options: AwsOptions): KeySource {
  const { region, secretName } = options;
  const call = awsCaller(options);

  async function ask<T>(
    service: AwsService,
    action: string,
    input: object,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const said = await call(service, action, input, pausesMs);
    const parsed = said.is === 'answer' ? schema.safeParse(said.body) : null;
    if (parsed?.success) return parsed.data;
    const what = service === kms ? 'KMS' : `the secret ${secretName}`;
    const reason =
      said.is === 'answer'
        ? 'the answer has an unknown form; is the secret a text?'
        : [said.reason, said.detail].filter(Boolean).join(' ');
    throw errors.configuration(
      `USE_AWS_SECRETS: ${what} in ${region} cannot be read (${action}: ${reason}). There is no other key that would be used instead.`,
    );
  }

  return {
    name: `AWS Secrets Manager (${region}, ${secretName})`,
    async secret() {
      return (await ask(secretsManager, 'GetSecretValue', { SecretId: secretName }, secretAnswer))
        .SecretString;
    },
    async unwrap(ciphertext) {
      const input = { CiphertextBlob: ciphertext.toString('base64') };
      return Buffer.from((await ask(kms, 'Decrypt', input, decrypted)).Plaintext, 'base64');
    },
  };
}
