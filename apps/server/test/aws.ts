/** AWS as far as this program asks it: Secrets Manager, KMS, a container's and a machine's credentials. Signatures count. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../src/platform/clock.ts';

/** What the role's credentials are; they come with a token. */
const role = { id: 'ASIAROLE', secret: 'role-secret', token: 'role-token' };

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Whether the request is signed by whoever holds the secret of the key it names: made anew from what arrived. */
function signedRight(request: IncomingMessage, region: string, service: string, body: string): boolean {
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

export interface AwsDouble {
  endpoint: string;
  region: string;
  /** What a configuration would say. */
  address: {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string; metadataEndpoint: string };
    clock: typeof systemClock;
  };
  /** By name. */
  secrets: Map<string, string>;
  /** Actions and requests, in their order. */
  asked: string[];
  /** So many answers to come are this status. */
  failing: { status: number; times: number };
  /** Actions (`CreateSecret`) that these credentials may not call. */
  denied: Set<string>;
  /** When the role's credentials end; null: it is not said. */
  roleEnds: Date | null;
  close(): Promise<void>;
}

export async function awsDouble(): Promise<AwsDouble> {
  const region = 'eu-central-1';
  const server = createServer(async (request, reply) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const end = (status: number, answer: unknown) => {
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      reply.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
    };
    const { url = '', method } = request;
    const target = String(request.headers['x-amz-target'] ?? `${method} ${url}`);
    double.asked.push(target);
    const credentials = {
      AccessKeyId: role.id,
      SecretAccessKey: role.secret,
      Token: role.token,
      ...(double.roleEnds === null ? {} : { Expiration: double.roleEnds.toISOString() }),
    };
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
    if (double.failing.times > 0) {
      double.failing.times -= 1;
      return end(double.failing.status, { __type: 'com.amazonaws#InternalServiceError', message: 'later' });
    }
    const [prefix, action = ''] = target.split('.');
    if (!signedRight(request, region, prefix === 'TrentService' ? 'kms' : 'secretsmanager', body)) {
      return end(400, { __type: 'InvalidSignatureException', message: 'The signature does not match.' });
    }
    if (double.denied.has(action)) {
      return end(400, { __type: 'AccessDeniedException', Message: `not authorized to perform ${action}` });
    }
    const said = answerTo(double.secrets, target, JSON.parse(body));
    end(said.status, said.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const double: AwsDouble = {
    endpoint,
    region,
    address: {
      region,
      endpoint,
      credentials: {
        accessKeyId: 'AKIAENV',
        secretAccessKey: 'env-secret',
        metadataEndpoint: 'http://127.0.0.1:1',
      },
      clock: systemClock,
    },
    secrets: new Map(),
    asked: [],
    failing: { status: 500, times: 0 },
    denied: new Set(),
    roleEnds: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return double;
}

type Input = Record<string, unknown>;

function answerTo(
  secrets: Map<string, string>,
  target: string,
  input: Input,
): { status: number; body: unknown } {
  const refused = (type: string, message = '') => ({ status: 400, body: { __type: type, message } });
  const name = String(input.SecretId ?? input.Name);
  switch (target) {
    case 'secretsmanager.GetSecretValue': {
      const text = secrets.get(name);
      return text === undefined
        ? refused('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
        : { status: 200, body: { Name: name, SecretString: text } };
    }
    case 'secretsmanager.CreateSecret': {
      if (!/^[\w/+=.@-]{1,512}$/.test(name)) return refused('ValidationException', 'Invalid name.');
      // Without a client library the caller makes it up itself.
      if (!/^.{32,64}$/.test(String(input.ClientRequestToken ?? ''))) {
        return refused('InvalidRequestException', 'You must provide a ClientRequestToken.');
      }
      const there = secrets.get(name);
      if (there !== undefined && there !== input.SecretString) {
        return refused('ResourceExistsException', 'A resource with the ID you requested already exists.');
      }
      secrets.set(name, String(input.SecretString));
      return { status: 200, body: { Name: name } };
    }
    case 'secretsmanager.DeleteSecret':
      return secrets.delete(name)
        ? { status: 200, body: { Name: name } }
        : refused('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    case 'TrentService.Decrypt': {
      const text = Buffer.from(String(input.CiphertextBlob), 'base64').toString();
      return text.startsWith('wrapped:')
        ? {
            status: 200,
            body: { KeyId: 'k', Plaintext: Buffer.from(text.slice(8), 'hex').toString('base64') },
          }
        : refused('InvalidCiphertextException');
    }
    default:
      return refused('UnknownOperationException');
  }
}
