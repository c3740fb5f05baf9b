import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { type AppError, errors } from '../errors.ts';
import { type CredentialSources, findCredentials } from './aws-credentials.ts';
import { type AwsCredentials, signed } from './aws-sign.ts';
import { reasonOf } from './reason.ts';
import type { KeySource } from './source.ts';

export interface AwsOptions {
  region: string;
  /** Name or ARN. */
  secretName: string;
  /** null: AWS itself. */
  endpoint: string | null;
  credentials: CredentialSources;
  clock: Clock;
}

interface Service {
  name: 'secretsmanager' | 'kms';
  /** What the service calls itself in `X-Amz-Target`. */
  prefix: string;
}

const secretsManager: Service = { name: 'secretsmanager', prefix: 'secretsmanager' };
const kms: Service = { name: 'kms', prefix: 'TrentService' };

const secretAnswer = z.object({ SecretString: z.string() });
const decrypted = z.object({ Plaintext: z.base64() });
const refusal = z.object({ __type: z.string().optional(), message: z.string().optional() });

const patienceMs = 5_000;
const pausesMs = [200, 800];

/** AWS Secrets Manager and KMS by their HTTP API. Asked at the start only: a running program needs neither. */
export function awsKeys(options: AwsOptions): KeySource {
  const { region, secretName, clock } = options;
  let known: Promise<AwsCredentials> | null = null;

  async function call<T>(service: Service, action: string, input: object, schema: z.ZodType<T>): Promise<T> {
    known ??= findCredentials(options.credentials);
    const credentials = await known;
    const url = new URL(options.endpoint ?? `https://${service.name}.${region}.amazonaws.com${tail(region)}`);
    const body = JSON.stringify(input);
    for (const wait of [...pausesMs, null]) {
      const said = await ask(url, service, `${service.prefix}.${action}`, body, credentials);
      if ('text' in said) {
        const parsed = schema.safeParse(JSON.parse(said.text));
        if (parsed.success) return parsed.data;
        throw failed(service, action, 'the answer has an unknown form; is the secret a text?');
      }
      if (!said.passing || wait === null) throw failed(service, action, said.reason);
      await pause(wait);
    }
    throw failed(service, action, 'no answer');
  }

  async function ask(
    url: URL,
    service: Service,
    target: string,
    body: string,
    credentials: AwsCredentials,
  ): Promise<{ text: string } | { reason: string; passing: boolean }> {
    try {
      const reply = await fetch(url, {
        method: 'POST',
        headers: signed({
          host: url.host,
          service: service.name,
          region,
          target,
          body,
          credentials,
          now: clock.now(),
        }),
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await reply.text();
      if (reply.ok) return { text };
      return { reason: whyRefused(reply.status, text), passing: reply.status >= 500 || reply.status === 429 };
    } catch (error) {
      return { reason: reasonOf(error), passing: true };
    }
  }

  function failed(service: Service, action: string, reason: string): AppError {
    const what = service === kms ? 'KMS' : `the secret ${secretName}`;
    return errors.configuration(
      `USE_AWS_SECRETS: ${what} in ${region} cannot be read (${action}: ${reason}). There is no other key that would be used instead.`,
    );
  }

  return {
    name: `AWS Secrets Manager (${region}, ${secretName})`,
    async secret() {
      const input = { SecretId: secretName };
      return (await call(secretsManager, 'GetSecretValue', input, secretAnswer)).SecretString;
    },
    async unwrap(ciphertext) {
      const input = { CiphertextBlob: ciphertext.toString('base64') };
      return Buffer.from((await call(kms, 'Decrypt', input, decrypted)).Plaintext, 'base64');
    },
  };
}

/** China's regions have a domain of their own. */
function tail(region: string): string {
  return region.startsWith('cn-') ? '.cn' : '';
}

/** `AccessDeniedException: User … is not authorized`: AWS names who and what, never a secret. */
function whyRefused(status: number, text: string): string {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {}
  const parsed = refusal.safeParse(body);
  const name = parsed.success ? parsed.data.__type?.split('#').at(-1) : undefined;
  const message = parsed.success ? parsed.data.message : undefined;
  return [`${status}`, name, message].filter((part) => part !== undefined).join(' ');
}
