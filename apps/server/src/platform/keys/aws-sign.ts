import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials. */
  sessionToken?: string | undefined;
  /** Until when; not known of what the configuration says. */
  expiresAt?: Date | undefined;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * Headers of a signed POST to `/` (AWS Signature Version 4), as the JSON services take it. No SDK: this is all of it
 * that a handful of calls need. Source: docs.aws.amazon.com, "Create a signed AWS API request".
 */
export function signed(request: {
  host: string;
  service: string;
  region: string;
  target: string;
  body: string;
  credentials: AwsCredentials;
  now: Date;
}): Record<string, string> {
  const { host, service, region, target, body, credentials, now } = request;
  const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  // In the order of their names, as the signature wants them.
  const headers: [string, string][] = [
    ['content-type', 'application/x-amz-json-1.1'],
    ['host', host],
    ['x-amz-date', time],
    ...(credentials.sessionToken === undefined
      ? []
      : ([['x-amz-security-token', credentials.sessionToken]] as [string, string][])),
    ['x-amz-target', target],
  ];
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    'POST',
    '/',
    '',
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString(
    'hex',
  );
  return {
    // fetch writes `host` itself.
    ...Object.fromEntries(headers.filter(([name]) => name !== 'host')),
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}
