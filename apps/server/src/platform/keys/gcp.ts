import { createSign } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { errors } from '../errors.ts';
import { reasonOf } from './reason.ts';
import type { KeySource } from './source.ts';

export interface GcpOptions {
  /** `projects/<project>/secrets/<name>` */
  secret: string;
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`; null: no entry may be wrapped. */
  kmsKey: string | null;
  /** Text of a service account's key file; null: the machine's own account. */
  serviceAccount: string | null;
  /** Instead of Google's own addresses. */
  endpoint: string | null;
  metadataEndpoint: string;
  clock: Clock;
}

const secretAnswer = z.object({ payload: z.object({ data: z.base64() }) });
const decrypted = z.object({ plaintext: z.base64() });
const tokenAnswer = z.object({ access_token: z.string() });
const account = z.object({ client_email: z.string(), private_key: z.string(), token_uri: z.url() });
const refusal = z.object({ error: z.object({ status: z.string(), message: z.string() }) });

const scope = 'https://www.googleapis.com/auth/cloud-platform';
const patienceMs = 5_000;

/** Google Secret Manager and Cloud KMS by their HTTP API, by the contract of aws.ts. */
export function gcpKeys(options: GcpOptions): KeySource {
  const { secret, kmsKey, endpoint, clock } = options;
  let known: Promise<string> | null = null;

  const failed = (what: string, reason: string) =>
    errors.configuration(
      `GCP_SECRET: ${what} cannot be read (${reason}). There is no other key that would be used instead.`,
    );

  async function ask<T>(what: string, url: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
    let text: string;
    try {
      const reply = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
      text = await reply.text();
      if (!reply.ok) throw new Error(whyRefused(reply.status, text));
    } catch (error) {
      throw failed(what, reasonOf(error));
    }
    const parsed = schema.safeParse(jsonOf(text));
    if (!parsed.success) throw failed(what, 'the answer has an unknown form');
    return parsed.data;
  }

  async function token(): Promise<string> {
    if (options.serviceAccount === null) {
      const url = `${options.metadataEndpoint}/computeMetadata/v1/instance/service-accounts/default/token`;
      const init = { headers: { 'metadata-flavor': 'Google' } };
      return (await ask('the machine’s account', url, init, tokenAnswer)).access_token;
    }
    const key = account.safeParse(jsonOf(options.serviceAccount));
    if (!key.success) throw errors.configuration('GCP_SERVICE_ACCOUNT: this is no key file of an account.');
    const assertion = assertionOf(key.data, clock.now());
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    });
    const init = { method: 'POST', body };
    return (await ask('a token for the account', key.data.token_uri, init, tokenAnswer)).access_token;
  }

  async function call<T>(what: string, url: string, body: object | null, schema: z.ZodType<T>): Promise<T> {
    known ??= token();
    const init = {
      method: body === null ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${await known}`, 'content-type': 'application/json' },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    };
    return ask(what, url, init, schema);
  }

  return {
    name: `Google Secret Manager (${secret})`,
    async secret() {
      const host = endpoint ?? 'https://secretmanager.googleapis.com';
      const url = `${host}/v1/${secret}/versions/latest:access`;
      const { payload } = await call(secret, url, null, secretAnswer);
      return Buffer.from(payload.data, 'base64').toString('utf8');
    },
    async unwrap(ciphertext) {
      if (kmsKey === null) throw failed('a wrapped key', 'GCP_KMS_KEY names no key that opens it');
      const url = `${endpoint ?? 'https://cloudkms.googleapis.com'}/v1/${kmsKey}:decrypt`;
      const body = { ciphertext: ciphertext.toString('base64') };
      return Buffer.from((await call('KMS', url, body, decrypted)).plaintext, 'base64');
    },
  };
}

/** What an account signs to get a token (RFC 7523). */
function assertionOf(key: z.output<typeof account>, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: key.client_email, scope, aud: key.token_uri, iat: seconds, exp: seconds + 600 };
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key.private_key, 'base64url')}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function whyRefused(status: number, text: string): string {
  const parsed = refusal.safeParse(jsonOf(text));
  return parsed.success ? `${status} ${parsed.data.error.status} ${parsed.data.error.message}` : `${status}`;
}
