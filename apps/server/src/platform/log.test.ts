import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../test/harness.ts';
import { createLog, part } from './log.ts';
import { logFiles } from './log-files.ts';
import { createSentry, parseDsn, scrub } from './log-sentry.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'chaski-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const nowhere = { write() {} };
const lines = (name: string): Record<string, unknown>[] =>
  readFileSync(join(directory, name), 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));

test('LOG_DIR: all.log has every line, error.log the errors, each names its component once', () => {
  const files = logFiles({ directory, maxBytes: 1e6, keep: 2 });
  const log = createLog('info', nowhere, { all: files.all, errors: [files.error] });
  log.info('started');
  part(log, 'inbound').child({ shard: 3 }).warn('items were parked');
  part(log, 'deliver').error({ err: new Error('no') }, 'a step failed');
  part(log, 'deliver').debug('not asked for');
  expect(lines('all.log').map(({ component, msg }) => [component, msg])).toEqual([
    ['chaski', 'started'],
    ['inbound', 'items were parked'],
    ['deliver', 'a step failed'],
  ]);
  expect(lines('error.log')).toMatchObject([{ component: 'deliver', level: 50, err: { message: 'no' } }]);
  const text = readFileSync(join(directory, 'all.log'), 'utf8');
  expect(text.match(/"component"/g)).toHaveLength(3);
  expect(statSync(join(directory, 'all.log')).mode & 0o777).toBe(0o600);
});

test('docs/operations.md lists every component, and no other', () => {
  const source = join(import.meta.dirname, '..');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  const named = files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...readFileSync(join(source, name), 'utf8').matchAll(/\bpart\([\w.]+, '([a-z]+)'\)/g),
    ])
    .map(([, component]) => component);
  const page = readFileSync(join(source, '../../../docs/operations.md'), 'utf8');
  const [, table = ''] = /\| component \| what \|\n([\s\S]*?)\n\n/.exec(page) ?? [];
  const listed = table.split('\n').flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)]);
  expect(listed.map(([, component]) => component).sort()).toEqual([...new Set([...named, 'chaski'])].sort());
});

test('files are rotated by size, so many are kept, and no line is cut or lost between them', () => {
  const files = logFiles({ directory, maxBytes: 400, keep: 3 });
  const log = createLog('info', nowhere, { all: files.all });
  for (let n = 0; n < 100; n += 1) log.info({ n }, 'line');
  expect(readdirSync(directory).sort()).toEqual([
    'all.log',
    'all.log.1',
    'all.log.2',
    'all.log.3',
    'error.log',
  ]);
  const kept = ['all.log.3', 'all.log.2', 'all.log.1', 'all.log'].flatMap((name) => lines(name));
  for (const name of readdirSync(directory)) {
    expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(400);
  }
  const first = Number(kept[0]!.n);
  expect(kept.map((line) => line.n)).toEqual(kept.map((_, at) => first + at));
  expect(kept.at(-1)!.n).toBe(99);
});

test.skipIf(!existsSync('/dev/full'))('a full disk loses lines, not file handles', () => {
  const path = join(directory, 'all.log');
  symlinkSync('/dev/full', path);
  const { all } = logFiles({ directory, maxBytes: 400, keep: 1 });
  const handles = () => readdirSync('/proc/self/fd').length;
  const before = handles();
  for (let n = 0; n < 50; n += 1) all.write(`{"n":${n}}\n`);
  expect(handles()).toBeLessThan(before + 10);
});

test('two processes in one folder do not rotate each other’s file away; a restart goes on', () => {
  const options = { directory, maxBytes: 300, keep: 9 };
  const [one, other] = [logFiles(options).all, logFiles(options).all];
  for (let n = 0; n < 20; n += 1) (n % 2 ? one : other).write(`{"n":${n},"text":"${'x'.repeat(40)}"}\n`);
  logFiles(options).all.write('{"n":20}\n');
  const all = readdirSync(directory)
    .filter((name) => name.startsWith('all.log'))
    .flatMap((name) => lines(name).map((line) => Number(line.n)));
  expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, n) => n));
});

test('a folder that cannot be written stops the start', () => {
  expect(() => logFiles({ directory: '/dev/null/logs', maxBytes: 1e6, keep: 1 })).toThrow(/LOG_DIR/);
});

test('SENTRY_DSN: an unexpected error arrives as an envelope, scrubbed; what is expected does not', async () => {
  const got: { url: string; auth: string; body: string }[] = [];
  const server = createServer(async (request, reply) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    got.push({ url: request.url!, auth: String(request.headers['x-sentry-auth']), body });
    reply.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sentry = createSentry({
    dsn: `http://publickey@127.0.0.1:${port}/42`,
    environment: 'production',
    release: '1.2.3',
  });
  const log = createLog('info', nowhere, { errors: [sentry] });
  log.warn({ err: new Error('expected') }, 'not told');
  log.error('no error in it');
  const error = Object.assign(
    new Error('duplicate key "ana@example.com" of +49 151 1234567, Bearer ck_abc'),
    {
      detail: 'Key (phone)=(+491511234567) exists.',
      code: '23505',
    },
  );
  part(log, 'http').error({ err: error, reqId: 'r-1', headers: { authorization: 'Bearer x' } }, 'failed');
  await until('a report arrives', () => got.length > 0);
  await sentry.close();
  server.closeAllConnections();
  server.close();
  expect(got).toHaveLength(1);
  const [{ url, auth, body }] = got as [(typeof got)[0]];
  expect(url).toBe('/api/42/envelope/');
  expect(auth).toContain('sentry_key=publickey');
  const [head, item, event] = body
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(item).toEqual({ type: 'event' });
  expect(event.event_id).toBe(head.event_id);
  expect(event).toMatchObject({
    level: 'error',
    environment: 'production',
    release: '1.2.3',
    tags: { component: 'http', code: '23505', request_id: 'r-1' },
    exception: { values: [{ type: 'Error', value: 'duplicate key [cut] of [cut], Bearer [cut]' }] },
  });
  expect(event.exception.values[0].stacktrace.frames.at(-1).filename).toMatch(/^apps\/server\/src\/platform/);
  for (const secret of ['ana@', '1511234567', 'ck_abc', 'Bearer x', process.cwd()]) {
    expect(body).not.toContain(secret);
  }
});

test('a Sentry that is away costs nothing, a storm is told thirty times', async () => {
  let asked = 0;
  const server = createServer((_request, reply) => {
    asked += 1;
    reply.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sentry = createSentry({ dsn: `http://k@127.0.0.1:${port}/1`, environment: 'test', release: '0' });
  const log = createLog('info', nowhere, { errors: [sentry] });
  for (let n = 0; n < 200; n += 1) log.error({ err: new Error('again') }, 'again');
  await sentry.close();
  server.close();
  // The minute may turn in between.
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(60);
});

test('a DSN is read, and nothing else is', () => {
  expect(parseDsn('https://abc@o1.ingest.example.com/5')).toEqual({
    key: 'abc',
    url: 'https://o1.ingest.example.com/api/5/envelope/',
  });
  expect(parseDsn('https://abc@example.com/sentry/5')?.url).toBe(
    'https://example.com/sentry/api/5/envelope/',
  );
  for (const wrong of ['', 'https://example.com/5', 'https://abc@example.com/', 'ftp://a@b/1']) {
    expect(parseDsn(wrong)).toBeNull();
  }
  expect(scrub('connect ECONNREFUSED 10.0.0.12:5432')).not.toContain('10.0.0.12');
});
