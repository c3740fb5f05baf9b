import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Config, type Environment, parseConfig } from './config.ts';
import { loadSecrets, refuseLostKeys } from './secrets.ts';
import { withSealingKeys } from './secrets-elsewhere.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'chaski-secrets-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

function config(env: Environment = {}): Config {
  const result = parseConfig(env);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
}

test('made once, 0600, the same at every later start, nothing left beside it', () => {
  const first = loadSecrets(config(), dataDir);
  expect(loadSecrets(config(), dataDir)).toEqual(first);
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(['secrets.json']);
});

test('a configured key seals, the generated one still opens', () => {
  const generated = loadSecrets(config(), dataDir).sealingKeys[0];
  const key = 'ab'.repeat(32);
  const both = loadSecrets(config({ SEALING_KEYS: key }), dataDir);
  expect(both.sealingKeys).toEqual([key, generated]);
  expect(both.databasePassword).not.toBe(loadSecrets(config(), dataDir).databasePassword);
});

test('production generates nothing', () => {
  const env = {
    NODE_ENV: 'production',
    ALLOW_HTTP: 'true',
    SEALING_KEYS: 'ab'.repeat(32),
    JWT_SECRET: 'x'.repeat(32),
  };
  expect(loadSecrets(config(env), dataDir)).toMatchObject({ demoApiKey: null, simulatorAdminKey: null });
  expect(readdirSync(dataDir)).toEqual([]);
});

test('a damaged file is refused and untouched, an older one completed', () => {
  const path = join(dataDir, 'secrets.json');
  writeFileSync(path, '{"sealingKey": ');
  expect(() => loadSecrets(config(), dataDir)).toThrow(/damaged.*not JSON/);
  expect(readFileSync(path, 'utf8')).toBe('{"sealingKey": ');
  writeFileSync(path, JSON.stringify({ jwtSecret: 'x'.repeat(40) }));
  expect(() => loadSecrets(config(), dataDir)).toThrow(/damaged/);
  writeFileSync(path, JSON.stringify({ sealingKey: 'cd'.repeat(32) }));
  const completed = loadSecrets(config(), dataDir);
  expect(completed.sealingKeys).toEqual(['cd'.repeat(32)]);
  expect(loadSecrets(config(), dataDir)).toEqual(completed);
});

test('rows sealed with a key that is gone stop the start', () => {
  expect(() => refuseLostKeys(['a'], ['a', 'b'], dataDir)).toThrow(/sealed with key b/);
  expect(() => refuseLostKeys(['a', 'b'], ['b'], dataDir)).not.toThrow();
});

test('USE_AWS_SECRETS: the keys are those of AWS; when it is away nothing starts, whatever TOKEN_MASTER_KEY says', async () => {
  const aws = createServer((_request, reply) => {
    reply.end(JSON.stringify({ SecretString: 'cd'.repeat(32) }));
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  const env = {
    USE_AWS_SECRETS: 'true',
    AWS_REGION: 'ap-south-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    TOKEN_MASTER_KEY: 'ab'.repeat(32),
    JWT_SECRET: 'x'.repeat(40),
    NODE_ENV: 'production',
    ALLOW_HTTP: 'true',
  };
  const { sealingKeys } = loadSecrets(await withSealingKeys(config(env)), dataDir);
  expect(sealingKeys).toEqual(['cd'.repeat(32)]);
  aws.closeAllConnections();
  await new Promise((resolve) => aws.close(resolve));
  await expect(withSealingKeys(config(env))).rejects.toThrow(
    /chaski\/sealing-keys in ap-south-1 cannot be read/,
  );
  // Not asked for, AWS is not asked.
  expect((await withSealingKeys(config({ ...env, USE_AWS_SECRETS: 'false' }))).sealingKeys).toEqual([
    'ab'.repeat(32),
  ]);
});
