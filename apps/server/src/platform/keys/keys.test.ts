import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { type AwsOptions, awsKeys, keysFrom } from './index.ts';

const region = 'eu-central-1';
const one = '11'.repeat(32);
const two = '22'.repeat(32);

let aws: Server;
let endpoint: string;
let secretText: string;
let failing: { status: number; times: number };
const asked: string[] = [];
/** What the role's credentials are; they come with a token. */
const role = { id: 'ASIAROLE', secret: 'role-secret', token: 'role-token' };

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Whether the request is signed by whoever holds the secret of the key it names: made anew from what arrived. */
function signedRight(request: IncomingMessage, service: string, body: string): boolean {
  const [, id = '', day = '', where = '', what = '', names = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  const secret = { AKIAENV: 'env-secret', [role.id]: role.secret }[id];
  if (secret === undefined || what !== service || where !== region) return false;
  if (!names.includes('host') || !names.includes('x-amz-target') || !names.includes('x-amz-date'))
    return false;
  if (
    id === role.id &&
    (!names.includes('x-amz-security-token') || request.headers['x-amz-security-token'] !== role.token)
  ) {
    return false;
  }
  const time = String(request.headers['x-amz-date']);
  if (
    Math.abs(Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) - Date.now()) >
    300_000
  ) {
    return false;
  }
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, '/', '', headers.join(''), names, sha256(body)].join('\n');
  const key = [where, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  const toSign = [
    'AWS4-HMAC-SHA256',
    time,
    `${day}/${where}/${service}/aws4_request`,
    sha256(canonical),
  ].join('\n');
  return hmac(key, toSign).toString('hex') === signature;
}

/** Secrets Manager, KMS, a container's and a machine's credentials, as far as a start asks them. */
function doubleOfAws(): Server {
  return createServer(async (request, reply) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const end = (status: number, answer: unknown) => {
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
    };
    const { url = '', method } = request;
    asked.push(String(request.headers['x-amz-target'] ?? `${method} ${url}`));
    const credentials = { AccessKeyId: role.id, SecretAccessKey: role.secret, Token: role.token };
    if (url === '/container') {
      return request.headers.authorization === 'container-token' ? end(200, credentials) : end(403, 'no');
    }
    if (url === '/latest/api/token') {
      return method === 'PUT' && request.headers['x-aws-ec2-metadata-token-ttl-seconds']
        ? end(200, 'imds-token')
        : end(405, '');
    }
    if (url.startsWith('/latest/meta-data/')) {
      if (request.headers['x-aws-ec2-metadata-token'] !== 'imds-token') return end(401, '');
      return url.endsWith('/chaski-role') ? end(200, credentials) : end(200, 'chaski-role\n');
    }
    if (failing.times > 0) {
      failing.times -= 1;
      return end(failing.status, { __type: 'com.amazonaws#InternalServiceError', message: 'later' });
    }
    const target = String(request.headers['x-amz-target']);
    const service = target.startsWith('TrentService') ? 'kms' : 'secretsmanager';
    if (!signedRight(request, service, body)) {
      return end(400, { __type: 'InvalidSignatureException', message: 'The signature does not match.' });
    }
    const input = JSON.parse(body);
    if (target === 'secretsmanager.GetSecretValue') {
      return input.SecretId === 'chaski/sealing-keys'
        ? end(200, { Name: input.SecretId, SecretString: secretText })
        : end(400, { __type: 'ResourceNotFoundException', message: "Secrets Manager can't find it." });
    }
    if (target === 'TrentService.Decrypt') {
      const text = Buffer.from(input.CiphertextBlob, 'base64').toString();
      return text.startsWith('wrapped:')
        ? end(200, { KeyId: 'k', Plaintext: Buffer.from(text.slice(8), 'hex').toString('base64') })
        : end(400, { __type: 'InvalidCiphertextException' });
    }
    end(400, { __type: 'UnknownOperationException' });
  });
}

beforeEach(async () => {
  secretText = one;
  failing = { status: 500, times: 0 };
  asked.length = 0;
  aws = doubleOfAws();
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
});
afterEach(() => {
  aws.closeAllConnections();
  aws.close();
});

const fromEnvironment = {
  accessKeyId: 'AKIAENV',
  secretAccessKey: 'env-secret',
  metadataEndpoint: 'http://127.0.0.1:1',
};

function source(options: Partial<AwsOptions> = {}) {
  return awsKeys({
    region,
    secretName: 'chaski/sealing-keys',
    endpoint,
    credentials: fromEnvironment,
    clock: systemClock,
    ...options,
  });
}

/** Where somebody listened a moment ago. */
async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

test('keys come from the secret: a text, a list, the console’s JSON; the first seals', async () => {
  expect(await keysFrom(source())).toEqual([one]);
  secretText = ` ${two}, ${one},${two} `;
  expect(await keysFrom(source())).toEqual([two, one]);
  secretText = JSON.stringify({ SEALING_KEYS: `${one},${two}` });
  expect(await keysFrom(source())).toEqual([one, two]);
  secretText = JSON.stringify({ SEALING_KEYS: [one, two] });
  expect(await keysFrom(source())).toEqual([one, two]);
});

test('an entry that KMS wrapped is opened by KMS', async () => {
  const wrapped = (hex: string) => `kms:${Buffer.from(`wrapped:${hex}`).toString('base64')}`;
  secretText = `${wrapped(two)},${one}`;
  expect(await keysFrom(source())).toEqual([two, one]);
  // Of a text as `aws kms encrypt` takes it.
  secretText = wrapped(Buffer.from(one).toString('hex'));
  expect(await keysFrom(source())).toEqual([one]);
  secretText = `kms:${Buffer.from('someone else’s').toString('base64')}`;
  await expect(keysFrom(source())).rejects.toThrow(/KMS in eu-central-1.*InvalidCiphertextException/);
});

test('credentials of a container, with its token', async () => {
  const credentials = {
    metadataEndpoint: 'http://127.0.0.1:1',
    containerFullUri: `${endpoint}/container`,
    containerToken: 'container-token',
  };
  expect(await keysFrom(source({ credentials }))).toEqual([one]);
  await expect(keysFrom(source({ credentials: { ...credentials, containerToken: 'x' } }))).rejects.toThrow(
    /no credentials.*container.*403/,
  );
  await expect(
    keysFrom(source({ credentials: { ...credentials, containerFullUri: 'http://example.com/x' } })),
  ).rejects.toThrow(/only https/);
});

test('credentials of the machine by IMDSv2, once for all calls', async () => {
  const credentials = { metadataEndpoint: endpoint };
  secretText = `kms:${Buffer.from(`wrapped:${two}`).toString('base64')}`;
  expect(await keysFrom(source({ credentials }))).toEqual([two]);
  expect(asked).toEqual([
    'PUT /latest/api/token',
    'GET /latest/meta-data/iam/security-credentials/',
    'GET /latest/meta-data/iam/security-credentials/chaski-role',
    'secretsmanager.GetSecretValue',
    'TrentService.Decrypt',
  ]);
});

test('a hiccup is tried again; what stays away, is refused or is no key fails with the reason and no secret', async () => {
  failing = { status: 500, times: 2 };
  expect(await keysFrom(source())).toEqual([one]);
  failing = { status: 503, times: 99 };
  await expect(keysFrom(source())).rejects.toThrow(/cannot be read.*503 InternalServiceError later/);
  failing.times = 0;
  await expect(keysFrom(source({ secretName: 'other' }))).rejects.toThrow(/ResourceNotFoundException/);
  await expect(
    keysFrom(source({ credentials: { ...fromEnvironment, secretAccessKey: 'wrong' } })),
  ).rejects.toThrow(/InvalidSignatureException/);
  const nobody = await addressOfNobody();
  await expect(keysFrom(source({ endpoint: nobody }))).rejects.toThrow(/ECONNREFUSED/);
  await expect(keysFrom(source({ credentials: { metadataEndpoint: nobody } }))).rejects.toThrow(
    /no credentials.*ECONNREFUSED/,
  );
  for (const wrong of ['', '{}', '{"SEALING_KEYS":', 'tooshort-secret']) {
    secretText = wrong;
    const error = await keysFrom(source()).catch((thrown: Error) => thrown.message);
    expect(error, wrong).toMatch(/no sealing key/);
    expect(error).not.toContain('tooshort');
  }
});
