import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  type Config,
  describeSettings,
  describeUnused,
  type Environment,
  parseConfig,
  readEnvironment,
} from './config.ts';
import { deriveSealingKey, refusePooler } from './config-setting.ts';

function good(env: Environment, flags: Environment = {}): Config {
  const result = parseConfig(env, flags);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
}

function problems(env: Environment): string[] {
  const result = parseConfig(env);
  return result.ok ? [] : result.problems;
}

const hex = 'ab'.repeat(32);

test('answers carry stacks only where development was asked for', () => {
  const production = { NODE_ENV: 'production', JWT_SECRET: hex, MASTER_KEY: hex, ALLOW_HTTP: 'true' };
  const shows = [{}, { NODE_ENV: 'test' }, production, { NODE_ENV: 'development' }].map(
    (env) => good(env).showsStacks,
  );
  expect(shows).toEqual([false, false, false, true]);
});

test('single sign-on needs a client, and in production https and an address to come back to', () => {
  const issuer = { OIDC_ISSUER: 'https://login.example.com/realms/staff/' };
  expect(good({ ...issuer, OIDC_CLIENT_ID: 'chaski' })).toMatchObject({
    oidcIssuer: issuer.OIDC_ISSUER,
    oidcAutoCreate: false,
    oidcName: 'Single sign-on',
  });
  expect(problems(issuer)).toEqual([expect.stringContaining('OIDC_CLIENT_ID')]);
  expect(problems({ OIDC_ISSUER: 'login.example.com' })).toEqual([expect.stringContaining('OIDC_ISSUER')]);
  const production = problems({
    NODE_ENV: 'production',
    OIDC_ISSUER: 'http://login.example.com',
    OIDC_CLIENT_ID: 'chaski',
  });
  expect(production.filter((problem) => problem.startsWith('OIDC_ISSUER'))).toHaveLength(2);
});

describe('defaults', () => {
  test('nothing set is a demo on port 3000', () => {
    expect(good({})).toMatchObject({
      port: 3000,
      simulatorPort: 3001,
      demo: true,
      roles: ['api', 'worker'],
      logLevel: 'info',
      graphApiVersion: 'v24.0',
      dbRolePrefix: 'chaski',
      sealingKeys: [],
      blobs: 'fs',
    });
  });

  test('an empty value is no value, a flag beats the environment', () => {
    expect(good({ PORT: '', DEMO: ' ' })).toMatchObject({ port: 3000, demo: true });
    expect(good({ PORT: '4000' }, { PORT: '0' })).toMatchObject({ port: 0, simulatorPort: 0 });
  });

  test('every setting is documented and every name is explained once', () => {
    for (const { doc, group } of describeSettings()) {
      expect(doc).toMatch(/\.$/);
      expect(group).not.toBe('');
    }
    const names = [
      ...describeSettings().flatMap(({ name, aliases }) => [name, ...aliases]),
      ...describeUnused().map(({ name }) => name),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("the reference systems' names", () => {
  // The 57 names of their documents: each is ours, an alias, or unused with a reason.
  const theirs =
    'DOMAIN POSTGRES_PASSWORD JWT_SECRET API_JWT_SECRET ANON_KEY NEXT_PUBLIC_SUPABASE_ANON_KEY VITE_SUPABASE_ANON_KEY SERVICE_ROLE_KEY SUPABASE_SERVICE_ROLE_KEY REALTIME_DB_ENC_KEY SUPABASE_URL NEXT_PUBLIC_SUPABASE_URL AUTH_PASSWORD_SALT SESSION_SECRET BASIC_AUTH_USERS WHATSAPP_ACCESS_TOKEN META_TOKEN ACCESS_TOKEN WHATSAPP_API_VERSION WHATSAPP_APP_SECRET APP_SECRET META_APP_SECRET WHATSAPP_WEBHOOK_VERIFY_TOKEN WEBHOOK_VERIFY_TOKEN VERIFY_TOKEN META_VERIFY_TOKEN QUEUE_SECRET QUEUE_RATE_LIMIT_MAX QUEUE_RATE_LIMIT_WINDOW_SEC WEBHOOK_RATE_LIMIT_MAX WEBHOOK_RATE_LIMIT_WINDOW_SEC LOG_LEVEL ERP_API_URL ERP_API_KEY CRM_API_URL CRM_API_KEY HELPDESK_API_URL HELPDESK_API_KEY TOKEN_MASTER_KEY MASTER_KEY USE_AWS_SECRETS AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY START_WEBHOOK_WORKER REDIS_URL REDIS_HOST REDIS_PORT SENTRY_DSN PORT NODE_ENV CLIENT_ORIGIN DEMO_OWNER_ID GEMINI_API_KEY MONGO_URI VITE_API_BASE CHOKIDAR_USEPOLLING'.split(
      ' ',
    );
  const ours = describeSettings().map(({ name }) => name);

  test.each(theirs)('%s is never silently ignored', (name) => {
    if (ours.includes(name)) return;
    const result = parseConfig({ [name]: name === 'WHATSAPP_API_VERSION' ? 'v21.0' : hex });
    expect(result.warnings.join('\n')).toMatch(new RegExp(`^${name} `, 'm'));
  });

  test('aliases set our setting and name it', () => {
    const result = parseConfig({
      WHATSAPP_APP_SECRET: 's1',
      DOMAIN: 'chat.example.com',
      START_WEBHOOK_WORKER: 'false',
    });
    expect(result).toMatchObject({
      ok: true,
      config: { appSecrets: ['s1'], publicUrl: 'https://chat.example.com', roles: ['api'] },
    });
    expect(result.warnings).toContain('WHATSAPP_APP_SECRET is read as APP_SECRETS; please use APP_SECRETS.');
  });

  test('two names with different values stop the start and both are named', () => {
    expect(problems({ VERIFY_TOKEN: 'a', WEBHOOK_VERIFY_TOKEN: 'b' })).toEqual([
      expect.stringMatching(/VERIFY_TOKEN and WEBHOOK_VERIFY_TOKEN .*different values/),
    ]);
    expect(problems({ VERIFY_TOKEN: 'a', WEBHOOK_VERIFY_TOKEN: 'a' })).toEqual([]);
  });

  test('the host and port of a Redis make its address', () => {
    const result = parseConfig({ REDIS_HOST: 'cache.internal', REDIS_PORT: '6380' });
    expect(result).toMatchObject({ ok: true, config: { redisUrl: 'redis://cache.internal:6380' } });
    expect(result.warnings).toContain('REDIS_HOST is read as REDIS_URL; please use REDIS_URL.');
    expect(problems({ REDIS_HOST: 'a', REDIS_URL: 'redis://b' }).join()).toContain('set one of them');
    expect(problems({ REDIS_URL: 'http://b' }).join()).toContain('redis://user:password@host');
  });

  test('Supabase Storage is a bucket by its S3 address; without it its address is not used', () => {
    const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };
    const project = 'https://project.supabase.co';
    expect(good({ BLOBS: 'supabase', SUPABASE_URL: `${project}/`, ...keys })).toMatchObject({
      blobs: 's3',
      s3Endpoint: `${project}/storage/v1/s3`,
      s3Bucket: 'media',
    });
    expect(problems({ BLOBS: 'supabase', ...keys }).join()).toContain('also needs SUPABASE_URL');
    expect(problems({ BLOBS: 'supabase', SUPABASE_URL: project }).join()).toContain('S3_ACCESS_KEY_ID');
    expect(parseConfig({ NEXT_PUBLIC_SUPABASE_URL: project }).warnings.join()).toContain(
      'SUPABASE_URL is not used',
    );
  });

  test('BASIC_AUTH_USERS: a role is the last of three; a misspelt one is no part of a password', () => {
    const members = (value: string) => good({ BASIC_AUTH_USERS: value }).basicAuthUsers;
    expect(members('a@x.org:pass word:admin, b@x.org:only, c@x.org:with:colons:viewer')).toEqual([
      { email: 'a@x.org', password: 'pass word', role: 'admin' },
      { email: 'b@x.org', password: 'only', role: 'viewer' },
      { email: 'c@x.org', password: 'with:colons', role: 'viewer' },
    ]);
    for (const wrong of ['a@x.org:secret:admn', 'a@x.org', 'a@x.org:', 'secret', 'a@x.org:a:b:superadmin']) {
      const said = problems({ BASIC_AUTH_USERS: wrong }).join();
      expect(said, wrong).toContain('entry 1 must look like email:password:role');
      expect(said).not.toContain('secret:');
    }
  });

  test('CLIENT_ORIGIN: origins as browsers send them, several, never *', () => {
    const many = 'https://a.example.com/, http://localhost:5173';
    expect(good({ CLIENT_ORIGIN: many }).corsOrigins).toEqual([
      'https://a.example.com/',
      'http://localhost:5173',
    ]);
    for (const wrong of ['*', 'a.example.com', 'https://a.example.com/app', 'https://a.example.com, null']) {
      expect(problems({ CLIENT_ORIGIN: wrong }).join(), wrong).toMatch(
        /^CORS_ORIGINS: each must be an origin/,
      );
    }
  });

  test('an expired Graph version is taken with a warning', () => {
    const result = parseConfig({ WHATSAPP_API_VERSION: 'v20.0' });
    expect(result).toMatchObject({ ok: true, config: { graphApiVersion: 'v20.0' } });
    expect(result.warnings.join()).toContain('expired');
  });
});

describe('problems', () => {
  test('are told all at once, without the value of a secret', () => {
    const said = problems({ PORT: 'abc', LOG_LEVEL: 'loud', SEALING_KEYS: 'short-secret', BLOBS: 'tape' });
    expect(said).toHaveLength(4);
    expect(said.join('\n')).toContain('"abc"');
    expect(said.join('\n')).not.toContain('short-secret');
  });

  test('s3 without its settings names them', () => {
    expect(problems({ BLOBS: 's3', S3_BUCKET: 'b' }).join()).toContain('S3_ENDPOINT, S3_ACCESS_KEY_ID');
  });

  test('keys from AWS need a region and whole credentials, and stand for SEALING_KEYS', () => {
    const said = problems({ USE_AWS_SECRETS: 'true', AWS_ACCESS_KEY_ID: 'id' }).join('\n');
    expect(said).toMatch(/also needs AWS_REGION/);
    expect(said).toMatch(/set both or none/);
    const aws = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://chat.example.com',
      JWT_SECRET: hex,
      USE_AWS_SECRETS: 'true',
      AWS_REGION: 'eu-central-1',
    };
    expect(good(aws)).toMatchObject({ useAwsSecrets: true, awsSecretName: 'chaski/sealing-keys' });
    expect(parseConfig({ ...aws, TOKEN_MASTER_KEY: hex }).warnings.join()).toMatch(
      /SEALING_KEYS is not used/,
    );
  });

  test('production wants its secrets and no demo', () => {
    const said = problems({ NODE_ENV: 'production', DEMO: 'true', JWT_SECRET: 'short' }).join('\n');
    expect(said).toMatch(/DEMO:/);
    expect(said).toMatch(/JWT_SECRET:.*`chaski keys`/);
    expect(said).toMatch(/SEALING_KEYS:.*`chaski keys`/);
    const safe = { NODE_ENV: 'production', JWT_SECRET: hex, MASTER_KEY: hex };
    const https = { PUBLIC_URL: 'https://chat.example.com' };
    expect(good({ ...safe, ...https })).toMatchObject({ demo: false });
    expect(parseConfig({ NODE_ENV: 'production' }, {}, { purpose: 'command' }).ok).toBe(true);
  });

  test('production wants cookies that nobody on the way reads, or to be told that the way is safe', () => {
    const safe = { NODE_ENV: 'production', JWT_SECRET: hex, MASTER_KEY: hex };
    for (const plain of [
      {},
      { PUBLIC_URL: 'http://chat.lan' },
      { PUBLIC_URL: 'http://localhost.example.com' },
    ]) {
      expect(problems({ ...safe, ...plain })).toEqual([
        expect.stringMatching(/^PUBLIC_URL: .*https:\/\/chat\.example\.com.*ALLOW_HTTP=true/),
      ]);
      const told = parseConfig({ ...safe, ...plain, ALLOW_HTTP: 'true' });
      expect(told.ok).toBe(true);
      expect(told.warnings).toContainEqual(expect.stringContaining('plain http'));
      // A worker has no cookies; nothing is asked of a laptop.
      good({ ...safe, ...plain, ROLES: 'worker' });
      good(plain);
    }
    for (const url of [
      'https://chat.example.com',
      'http://localhost:3000',
      'http://127.0.0.1',
      'http://[::1]:80',
    ]) {
      expect(parseConfig({ ...safe, PUBLIC_URL: url }).warnings).toEqual(
        expect.not.arrayContaining([expect.stringContaining('plain http')]),
      );
      good({ ...safe, PUBLIC_URL: url });
    }
  });
});

describe('secrets from files', () => {
  test('NAME_FILE works for every secret, aliases included', () => {
    for (const { name, secret, aliases } of describeSettings()) {
      if (!secret || name.endsWith('_URL')) continue;
      const forms: Record<string, string> = {
        SENTRY_DSN: `https://${hex}@sentry.example.com/1`,
        BASIC_AUTH_USERS: `ops@example.com:${hex}:owner`,
      };
      const value = forms[name] ?? hex;
      const readFile = () => `${value}\n`;
      for (const spelling of [name, ...aliases]) {
        const result = parseConfig({ [`${spelling}_FILE`]: '/run/secret' }, {}, { readFile });
        expect(JSON.stringify(result)).toContain(hex);
      }
    }
  });

  test('an unreadable file and a contradiction are problems', () => {
    expect(problems({ JWT_SECRET_FILE: '/does/not/exist' }).join()).toContain('JWT_SECRET_FILE: cannot read');
    const result = parseConfig({ JWT_SECRET: 'x', JWT_SECRET_FILE: '/f' }, {}, { readFile: () => 'y' });
    expect(result).toMatchObject({ ok: false });
    // A secret of no letters would sign and open for everybody.
    const empty = parseConfig({ JWT_SECRET_FILE: '/f' }, {}, { readFile: () => '\n' });
    expect(empty).toMatchObject({ ok: false, problems: ['JWT_SECRET_FILE: the file /f is empty.'] });
  });

  test('.env files in order, the real environment above them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'chaski-env-'));
    try {
      // As an editor on Windows leaves them.
      writeFileSync(
        join(folder, '.env'),
        '\ufeffA=1\r\nB="1"\r\nC=1\r\nD=1\r\nE=1\r\nNODE_ENV=production\r\n',
      );
      writeFileSync(join(folder, '.env.local'), 'B=2\nC=2\nD=2\nE=2\n');
      writeFileSync(join(folder, '.env.production'), 'C="3"\nD=3\nE=3\n');
      writeFileSync(join(folder, '.env.production.local'), 'D=4\nE=4\n');
      writeFileSync(join(folder, '.env.test'), 'A=wrong\n');
      expect(readEnvironment(folder, { E: '5' })).toMatchObject({ A: '1', B: '2', C: '3', D: '4', E: '5' });
      rmSync(join(folder, '.env.local'));
      symlinkSync('.env.local', join(folder, '.env.local'));
      expect(() => readEnvironment(folder, {})).toThrow(/\.env\.local cannot be read \(ELOOP\)/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('.env.example as it is sets nothing, and each line that has a value may be uncommented', () => {
  const example = readFileSync(join(import.meta.dirname, '../../../.env.example'), 'utf8');
  expect(parseEnv(example)).toEqual({});
  for (const [, name = '', value = ''] of example.matchAll(/^#([A-Z0-9_]+)=(.+)$/gm)) {
    expect(
      problems({ [name]: value }).filter((one) => one.startsWith(`${name}: must`)),
      name,
    ).toEqual([]);
  }
});

test('sealing keys in all their forms', () => {
  expect(deriveSealingKey(hex.toUpperCase())).toBe(hex);
  expect(deriveSealingKey(Buffer.from(hex, 'hex').toString('base64'))).toBe(hex);
  expect(deriveSealingKey(Buffer.from(hex, 'hex').toString('base64url'))).toBe(hex);
  expect(deriveSealingKey('a passphrase that is long enough, yes')).toMatch(/^[0-9a-f]{64}$/);
  expect(deriveSealingKey('x'.repeat(31))).toBeNull();
  expect(good({ SEALING_KEYS: `${hex}, ${'cd'.repeat(32)}` }).sealingKeys).toEqual([hex, 'cd'.repeat(32)]);
  // A foreign key is one key, commas included.
  expect(good({ MASTER_KEY: 'a passphrase, that is long, and has commas' }).sealingKeys).toHaveLength(1);
});

test.each(['p#ss', 'p/ss', 'p?ss', '100%'])(
  'an address that cannot be read says how to write it, and not the password: %s',
  (password) => {
    expect(problems({ DATABASE_URL: `postgres://u:${password}@h:5432/x` })).toEqual([
      expect.stringMatching(/^DATABASE_URL: cannot be read.*# as %23.*%2Frun%2Fpostgresql\/database\.$/),
    ]);
    good({ DATABASE_URL: `postgres://u:${encodeURIComponent(password)}@h:5432/x` });
  },
);

test('an address without a host in its place is refused: the login could not be put into it', () => {
  for (const url of ['postgres://', 'postgres:///x?host=/var/run/postgresql'])
    expect(problems({ DATABASE_URL: url })).toEqual([expect.stringContaining('%2Fvar%2Frun%2Fpostgresql')]);
  good({ DATABASE_URL: 'postgres://u@%2Fvar%2Frun%2Fpostgresql/x' });
  // With both addresses nothing is put into either, and pg reads them.
  for (const url of ['postgres:///x?host=/var/run/postgresql&user=u&password=p', 'postgres:///x'])
    good({ DATABASE_URL: url, DATABASE_OWNER_URL: url });
});

test.each([
  ['postgres://u:p@db.example.com:5432/x', false],
  ['postgres://u:p@aws-0.pooler.supabase.com:5432/x', false],
  ['postgres://u:p@aws-0.pooler.supabase.com:6543/x', true],
  ['postgres://u:p@h/x?pgbouncer=true', true],
  ['postgres://u:p@ep-cool-1-pooler.eu.aws.neon.tech/x', true],
])('%s refused: %s', (url, refused) => {
  expect(refusePooler(url) !== null).toBe(refused);
  expect(problems({ DATABASE_URL: url }).length > 0).toBe(refused);
});
