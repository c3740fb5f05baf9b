import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Config, type Environment, parseConfig } from './config.ts';
import { loadSecrets, refuseLostKeys } from './secrets.ts';

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
  const env = { NODE_ENV: 'production', SEALING_KEYS: 'ab'.repeat(32), JWT_SECRET: 'x'.repeat(32) };
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
