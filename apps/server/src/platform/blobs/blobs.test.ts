import { createHash, createHmac, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { type Blobs, checkBucket, fsBlobs, openBlobs } from './index.ts';

async function read(blob: { stream: Readable } | null): Promise<Buffer | null> {
  if (!blob) return null;
  const parts: Buffer[] = [];
  for await (const part of blob.stream) parts.push(part);
  return Buffer.concat(parts);
}

async function* inParts(bytes: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

let directory: string;
let store: Server;
let objects: Map<string, Buffer>;
let failing = 0;
/** Supabase's public address answers whoever asks, as for a bucket that somebody made public. */
let isPublic = false;

/**
 * Whether a request is signed by the holder of `secret` (AWS Signature Version 4): the signature covers method, path,
 * query, the named headers and the hash of the body, and is made anew here from what arrived.
 * Source: docs.aws.amazon.com, "Create a signed AWS API request".
 */
function signedRight(request: IncomingMessage, url: URL, body: Buffer): boolean {
  const [, day, region, signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=id\/(\d{8})\/([\w-]+)\/s3\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  if (!signature || !signed.includes('host')) return false;
  const said = String(request.headers['x-amz-content-sha256']);
  if (said !== 'UNSIGNED-PAYLOAD' && said !== createHash('sha256').update(body).digest('hex')) return false;
  const query = [...url.searchParams]
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const headers = signed
    .split(';')
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
    .join('');
  const canonical = [request.method, url.pathname, query, headers, signed, said].join('\n');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    `${day}/${region}/s3/aws4_request`,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac('AWS4secret', day!), region!));
  return hmac(key, toSign).toString('hex') === signature;
}

/** As much of S3 as a client needs: objects by path, parts, ranges; a request that is not signed right is refused. */
function fakeS3(): Server {
  const uploads = new Map<string, Map<number, Buffer>>();
  return createServer(async (request, reply) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(request.url ?? '/', 'http://s3');
    const end = (status: number, text: string | Buffer = '', headers: Record<string, string> = {}) => {
      reply.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(text);
    };
    if (failing > 0) return end(failing, '<Error><Code>SlowDown</Code><Message>later</Message></Error>');
    const open = /^\/storage\/v1\/object\/public(\/.+)$/.exec(url.pathname)?.[1];
    if (open !== undefined) {
      const shown = isPublic ? objects.get(`/storage/v1/s3${open}`) : undefined;
      return end(shown ? 200 : 400, shown ?? '{"statusCode":"404","error":"Bucket not found"}');
    }
    if (!signedRight(request, url, body)) {
      return end(403, '<Error><Code>SignatureDoesNotMatch</Code></Error>');
    }
    const etag = { etag: `"${createHash('md5').update(body).digest('hex')}"` };
    const upload = url.searchParams.get('uploadId');
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      uploads.set('u1', new Map());
      return end(
        200,
        '<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>',
      );
    }
    if (request.method === 'PUT' && upload) {
      uploads.get(upload)?.set(Number(url.searchParams.get('partNumber')), body);
      return end(200, '', etag);
    }
    if (request.method === 'POST' && upload) {
      const all = [...(uploads.get(upload) ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part);
      objects.set(url.pathname, Buffer.concat(all));
      return end(200, '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>');
    }
    if (request.method === 'PUT') {
      objects.set(url.pathname, body);
      return end(200, '', etag);
    }
    const found = objects.get(url.pathname);
    if (request.method === 'DELETE') {
      objects.delete(url.pathname);
      return end(204);
    }
    if (!found) return end(404, request.method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>');
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const shown = from === undefined ? found : found.subarray(Number(from), Number(to) + 1);
    return end(from === undefined ? 200 : 206, request.method === 'HEAD' ? '' : shown, {
      'content-type': 'application/octet-stream',
      'content-length': String(shown.length),
      ...(from === undefined ? {} : { 'content-range': `bytes ${from}-${to}/${found.length}` }),
    });
  });
}

beforeAll(async () => {
  directory = await fs.mkdtemp(join(tmpdir(), 'chaski-blobs-'));
  objects = new Map();
  store = fakeS3();
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => store.close(resolve));
  await fs.rm(directory, { recursive: true, force: true });
});

const s3 = (secretAccessKey = 'secret') =>
  openBlobs({
    kind: 's3',
    endpoint: `http://127.0.0.1:${(store.address() as AddressInfo).port}/bucket`,
    region: 'auto',
    accessKeyId: 'id',
    secretAccessKey,
    prefix: 'chaski/',
  });

describe.each<[string, () => Blobs]>([
  ['files', () => openBlobs({ kind: 'fs', directory })],
  ['S3', () => s3()],
])('%s', (_name, open) => {
  test.each([0, 1, 70_000, 9 * 1024 * 1024])('%i bytes come back as they went', async (size) => {
    const blobs = open();
    const bytes = randomBytes(size);
    const [whole, parts] = [newId(), newId()];
    expect(await blobs.put(whole, bytes)).toEqual({ size });
    expect(await blobs.put(parts, inParts(bytes, 65_536))).toEqual({ size });
    for (const key of [whole, parts]) {
      expect(await blobs.exists(key)).toBe(true);
      const blob = await blobs.get(key);
      expect(blob?.size).toBe(size);
      expect((await read(blob))?.equals(bytes)).toBe(true);
    }
  });

  test('a range of the bytes, and the size of all of them', async () => {
    const blobs = open();
    const key = newId();
    await blobs.put(key, Buffer.from('0123456789'));
    const part = await blobs.get(key, { start: 2, end: 5 });
    expect(part?.size).toBe(10);
    expect((await read(part))?.toString()).toBe('2345');
  });

  test('what is not there is null, false, and deleted without complaint', async () => {
    const blobs = open();
    const key = newId();
    expect(await blobs.get(key)).toBeNull();
    expect(await blobs.exists(key)).toBe(false);
    await blobs.delete(key);
    await blobs.put(key, Buffer.from('one'));
    await blobs.put(key, Buffer.from('two'));
    expect((await read(await blobs.get(key)))?.toString()).toBe('two');
    await blobs.delete(key);
    expect(await blobs.get(key)).toBeNull();
  });

  test.each(['../../etc/passwd', 'a/b/c/d/e/f', '', 'x', `${newId()}/..`, `${newId()}\0`, 'A'.repeat(20)])(
    'the key %j is refused',
    async (key) => {
      await expect(open().put(key, Buffer.from('x'))).rejects.toThrow('no blob key');
      await expect(open().get(key)).rejects.toThrow('no blob key');
    },
  );
});

test('S3: another secret is refused, and that is no passing trouble', async () => {
  await expect(s3('wrong').put(newId(), Buffer.from('x'))).rejects.toMatchObject({ status: 403 });
});

/** A disk with room for so many bytes. */
function smallDisk(room: number) {
  let left = room;
  const open: typeof fs.open = async (...args) => {
    const file = await fs.open(...args);
    const write = file.write.bind(file) as (
      data: Uint8Array,
      from: number,
      length: number,
    ) => Promise<unknown>;
    file.write = (async (data: Uint8Array, from: number, length: number) => {
      const fits = Math.min(length, left);
      if (fits === 0)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      left -= fits;
      return write(data, from, fits);
    }) as typeof file.write;
    return file;
  };
  return {
    fs: { open, mkdir: fs.mkdir, rename: fs.rename, unlink: fs.unlink },
    free: (bytes: number) => {
      left = bytes;
    },
  };
}

test('a full disk is a clear error, leaves nothing behind, and the same put works once there is room', async () => {
  const home = join(directory, 'small');
  const disk = smallDisk(1_000);
  const blobs = fsBlobs(home, disk.fs);
  const [first, second] = [newId(), newId()];
  await blobs.put(first, randomBytes(900));
  await expect(blobs.put(second, randomBytes(500))).rejects.toMatchObject({
    code: 'storage_unavailable',
    status: 503,
    message: expect.stringContaining('the disk is full'),
  });
  expect(await blobs.exists(second)).toBe(false);
  const files = (await fs.readdir(home, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  expect(files.map((entry) => entry.name)).toEqual([first]);
  disk.free(500);
  expect(await blobs.put(second, randomBytes(500))).toEqual({ size: 500 });
  expect(await blobs.exists(second)).toBe(true);
});

test('a source that breaks off leaves the blob of before', async () => {
  const blobs = fsBlobs(directory);
  const key = newId();
  await blobs.put(key, Buffer.from('before'));
  async function* breaking(): AsyncIterable<Uint8Array> {
    yield Buffer.from('after');
    throw new Error('hung up');
  }
  await expect(blobs.put(key, breaking())).rejects.toThrow('hung up');
  expect((await read(await blobs.get(key)))?.toString()).toBe('before');
});

test('a store that is busy or away may be tried again, a refusal may not', async () => {
  const blobs = s3();
  const key = newId();
  try {
    failing = 503;
    await expect(blobs.put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(blobs.get(key)).rejects.toMatchObject({ code: 'storage_unavailable' });
    failing = 403;
    await expect(blobs.put(key, Buffer.from('x'))).rejects.not.toMatchObject({ code: 'storage_unavailable' });
  } finally {
    failing = 0;
  }
  const nowhere = openBlobs({
    kind: 's3',
    endpoint: 'http://127.0.0.1:1/bucket',
    region: 'auto',
    accessKeyId: 'id',
    secretAccessKey: 'secret',
  });
  await expect(nowhere.exists(key)).rejects.toMatchObject({ code: 'storage_unavailable', status: 503 });
});

describe('Supabase Storage: its S3 address, path-style, and a bucket that must be private', () => {
  const storage = (secretAccessKey = 'secret') => ({
    endpoint: `http://127.0.0.1:${(store.address() as AddressInfo).port}/storage/v1/s3/media`,
    region: 'eu-central-1',
    accessKeyId: 'id',
    secretAccessKey,
  });

  test('is stored below /storage/v1/s3/media and read back', async () => {
    const blobs = openBlobs({ kind: 's3', ...storage() });
    const key = newId();
    await blobs.put(key, Buffer.from('a picture'));
    expect(
      [...objects.keys()].some((path) => path.startsWith('/storage/v1/s3/media/') && path.endsWith(key)),
    ).toBe(true);
    expect((await read(await blobs.get(key)))?.toString()).toBe('a picture');
    await blobs.delete(key);
  });

  test('the start looks whether the bucket is private, and leaves nothing there', async () => {
    const before = objects.size;
    expect(await checkBucket(storage())).toBeNull();
    isPublic = true;
    try {
      await expect(checkBucket(storage())).rejects.toThrow('is public');
    } finally {
      isPublic = false;
    }
    expect(objects.size).toBe(before);
  });

  test('a wrong key stops the start, a store that is away is a warning', async () => {
    await expect(checkBucket(storage('wrong'))).rejects.toMatchObject({ code: 'configuration' });
    failing = 503;
    try {
      expect(await checkBucket(storage())).toContain('could not be checked');
    } finally {
      failing = 0;
    }
  });
});
