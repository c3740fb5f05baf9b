import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AwsDouble, awsDouble } from '../../../test/aws.ts';
import { type AwsOptions, awsKeys, keysFrom } from './index.ts';

const one = '11'.repeat(32);
const two = '22'.repeat(32);

let aws: AwsDouble;
const holds = (text: string) => aws.secrets.set('chaski/sealing-keys', text);

beforeEach(async () => {
  aws = await awsDouble();
  holds(one);
});
afterEach(() => aws.close());

function source(options: Partial<AwsOptions> = {}) {
  return awsKeys({ ...aws.address, secretName: 'chaski/sealing-keys', ...options });
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
  holds(` ${two}, ${one},${two} `);
  expect(await keysFrom(source())).toEqual([two, one]);
  holds(JSON.stringify({ SEALING_KEYS: `${one},${two}` }));
  expect(await keysFrom(source())).toEqual([one, two]);
  holds(JSON.stringify({ SEALING_KEYS: [one, two] }));
  expect(await keysFrom(source())).toEqual([one, two]);
});

test('an entry that KMS wrapped is opened by KMS', async () => {
  const wrapped = (hex: string) => `kms:${Buffer.from(`wrapped:${hex}`).toString('base64')}`;
  holds(`${wrapped(two)},${one}`);
  expect(await keysFrom(source())).toEqual([two, one]);
  // Of a text as `aws kms encrypt` takes it.
  holds(wrapped(Buffer.from(one).toString('hex')));
  expect(await keysFrom(source())).toEqual([one]);
  holds(`kms:${Buffer.from('someone else’s').toString('base64')}`);
  await expect(keysFrom(source())).rejects.toThrow(/KMS in eu-central-1.*InvalidCiphertextException/);
});

test('credentials of a container, with its token', async () => {
  const credentials = {
    metadataEndpoint: 'http://127.0.0.1:1',
    containerFullUri: `${aws.endpoint}/container`,
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
  const credentials = { metadataEndpoint: aws.endpoint };
  holds(`kms:${Buffer.from(`wrapped:${two}`).toString('base64')}`);
  expect(await keysFrom(source({ credentials }))).toEqual([two]);
  expect(aws.asked).toEqual([
    'PUT /latest/api/token',
    'GET /latest/meta-data/iam/security-credentials/',
    'GET /latest/meta-data/iam/security-credentials/chaski-role',
    'secretsmanager.GetSecretValue',
    'TrentService.Decrypt',
  ]);
});

test('a hiccup is tried again; what stays away, is refused or is no key fails with the reason and no secret', async () => {
  aws.failing = { status: 500, times: 2 };
  expect(await keysFrom(source())).toEqual([one]);
  aws.failing = { status: 503, times: 99 };
  await expect(keysFrom(source())).rejects.toThrow(/cannot be read.*503 InternalServiceError later/);
  aws.failing.times = 0;
  await expect(keysFrom(source({ secretName: 'other' }))).rejects.toThrow(/ResourceNotFoundException/);
  await expect(
    keysFrom(source({ credentials: { ...aws.address.credentials, secretAccessKey: 'wrong' } })),
  ).rejects.toThrow(/InvalidSignatureException/);
  const nobody = await addressOfNobody();
  await expect(keysFrom(source({ endpoint: nobody }))).rejects.toThrow(/ECONNREFUSED/);
  await expect(keysFrom(source({ credentials: { metadataEndpoint: nobody } }))).rejects.toThrow(
    /no credentials.*ECONNREFUSED/,
  );
  for (const wrong of ['', '{}', '{"SEALING_KEYS":', 'tooshort-secret']) {
    holds(wrong);
    const error = await keysFrom(source()).catch((thrown: Error) => thrown.message);
    expect(error, wrong).toMatch(/no sealing key/);
    expect(error).not.toContain('tooshort');
  }
});
