import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { type CredentialSources, findCredentials } from './aws-credentials.ts';
import { type AwsCredentials, signed } from './aws-sign.ts';
import { reasonOf } from './reason.ts';

export interface AwsAddress {
  region: string;
  /** null: AWS itself. */
  endpoint: string | null;
  credentials: CredentialSources;
  clock: Clock;
}

export interface AwsService {
  name: 'secretsmanager' | 'kms';
  /** What the service calls itself in `X-Amz-Target`. */
  prefix: string;
}

export const secretsManager: AwsService = { name: 'secretsmanager', prefix: 'secretsmanager' };
export const kms: AwsService = { name: 'kms', prefix: 'TrentService' };

/**
 * `name` of a refusal is AWS's own (`ResourceNotFoundException`); `away` may be over in a moment. `reason` may be told to
 * anybody; `detail`, AWS's own sentence, names accounts, roles and paths, and is for whoever runs the installation.
 */
export type AwsAnswer =
  | { is: 'answer'; body: unknown }
  | { is: 'refused'; name: string | null; reason: string; detail: string | null }
  | { is: 'away'; reason: string; detail: string | null };

const patienceMs = 5_000;
/** A role's credentials live for hours; new ones are there well before the old ones end. */
const renewBeforeMs = 5 * 60_000;

/** Calls of AWS's JSON services, signed. Throws only where there are no credentials to sign with. */
export function awsCaller(
  options: AwsAddress,
): (service: AwsService, action: string, input: object, pausesMs?: readonly number[]) => Promise<AwsAnswer> {
  const { region, clock } = options;
  let known: Promise<AwsCredentials> | null = null;

  async function credentialsNow(): Promise<AwsCredentials> {
    known ??= findCredentials(options.credentials);
    try {
      const held = await known;
      const left = held.expiresAt === undefined ? null : held.expiresAt.getTime() - clock.now().getTime();
      if (left === null || left > renewBeforeMs) return held;
      known = findCredentials(options.credentials);
      return await known;
    } catch (error) {
      known = null;
      throw error;
    }
  }

  async function ask(service: AwsService, action: string, body: string): Promise<AwsAnswer> {
    const credentials = await credentialsNow();
    const url = new URL(options.endpoint ?? `https://${service.name}.${region}.amazonaws.com${tail(region)}`);
    try {
      const reply = await fetch(url, {
        method: 'POST',
        headers: signed({
          host: url.host,
          service: service.name,
          region,
          target: `${service.prefix}.${action}`,
          body,
          credentials,
          now: clock.now(),
        }),
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await reply.text();
      if (reply.ok) return { is: 'answer', body: jsonOf(text) };
      const { name, reason, detail } = whyRefused(reply.status, text);
      // Taken back before their end; the next call asks for others.
      if (name === 'ExpiredTokenException' || name === 'UnrecognizedClientException') known = null;
      if (reply.status >= 500 || reply.status === 429 || name === 'ThrottlingException') {
        return { is: 'away', reason, detail };
      }
      return { is: 'refused', name, reason, detail };
    } catch (error) {
      return { is: 'away', reason: reasonOf(error), detail: null };
    }
  }

  return async (service, action, input, pausesMs = []) => {
    const body = JSON.stringify(input);
    let said = await ask(service, action, body);
    for (const wait of pausesMs) {
      if (said.is !== 'away') break;
      await pause(wait);
      said = await ask(service, action, body);
    }
    return said;
  };
}

/** China's regions have a domain of their own. */
function tail(region: string): string {
  return region.startsWith('cn-') ? '.cn' : '';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `400 AccessDeniedException`, and `User … is not authorized`: AWS names who and what, never a secret. */
function whyRefused(
  status: number,
  text: string,
): { name: string | null; reason: string; detail: string | null } {
  const body = jsonOf(text);
  const told = body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {};
  const name = typeof told.__type === 'string' ? (told.__type.split('#').at(-1) ?? null) : null;
  const detail = [told.message, told.Message].find((one): one is string => typeof one === 'string') ?? null;
  return { name, reason: [`${status}`, name].filter(Boolean).join(' '), detail };
}
