import { isIP } from 'node:net';
import { z } from 'zod';
import { errors } from '../errors.ts';
import type { AwsCredentials } from './aws-sign.ts';
import { reasonOf } from './reason.ts';

/** Where credentials may come from, in this order: given, the container's, the machine's. */
export interface CredentialSources {
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  sessionToken?: string | undefined;
  containerRelativeUri?: string | undefined;
  containerFullUri?: string | undefined;
  containerToken?: string | undefined;
  metadataEndpoint: string;
}

const answer = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  Token: z.string(),
  Expiration: z.iso.datetime().optional(),
});

/** The machine's service answers within milliseconds; where there is none, the address leads nowhere. */
const patienceMs = 2_000;

export async function findCredentials(sources: CredentialSources): Promise<AwsCredentials> {
  const { accessKeyId, secretAccessKey, sessionToken } = sources;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  const container = containerAddress(sources);
  if (container !== null) {
    return credentialsIn(
      await ask('the container’s credentials', container, {
        headers: sources.containerToken === undefined ? {} : { authorization: sources.containerToken },
      }),
    );
  }
  // IMDSv2: a token first, which a request that was smuggled in from outside cannot get.
  const roles = `${sources.metadataEndpoint}/latest/meta-data/iam/security-credentials/`;
  const token = await ask('the machine’s metadata', `${sources.metadataEndpoint}/latest/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' },
  });
  const headers = { 'x-aws-ec2-metadata-token': token };
  const [role = ''] = (await ask('the machine’s role', roles, { headers })).split('\n');
  return credentialsIn(
    await ask('the machine’s credentials', `${roles}${encodeURIComponent(role.trim())}`, { headers }),
  );
}

function containerAddress({ containerRelativeUri, containerFullUri }: CredentialSources): string | null {
  if (containerRelativeUri !== undefined) return `http://169.254.170.2${containerRelativeUri}`;
  if (containerFullUri === undefined) return null;
  const { protocol, hostname } = new URL(containerFullUri);
  const host = hostname.replace(/^\[|\]$/g, '');
  // The token must not be read along: what is not encrypted must be on this machine.
  const local =
    host === 'localhost' ||
    (isIP(host) === 4 &&
      (host.startsWith('127.') || host === '169.254.170.2' || host === '169.254.170.23')) ||
    ['::1', 'fd00:ec2::23'].includes(host);
  if (protocol !== 'https:' && !local) {
    throw errors.configuration(
      'AWS_CONTAINER_CREDENTIALS_FULL_URI: only https, or an address of this machine.',
    );
  }
  return containerFullUri;
}

async function ask(what: string, url: string, init: RequestInit): Promise<string> {
  try {
    const reply = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`it answered ${reply.status}`);
    return text;
  } catch (error) {
    throw errors.configuration(
      `USE_AWS_SECRETS: there are no credentials: ${what} could not be read (${reasonOf(error)}). Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the container or machine a role.`,
    );
  }
}

function credentialsIn(text: string): AwsCredentials {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {}
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw errors.configuration('USE_AWS_SECRETS: the credentials have an unknown form.');
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = parsed.data;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    ...(Expiration === undefined ? {} : { expiresAt: new Date(Expiration) }),
  };
}
