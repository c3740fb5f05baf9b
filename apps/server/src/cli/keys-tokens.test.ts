/** `chaski keys tokens` as an operator runs it: there and back, and a vault that says no. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { awsDouble } from '../../test/aws.ts';
import { seedWorkspace, testDatabase } from '../../test/harness.ts';
import '../modules/numbers/index.ts';
import { registerJobs } from '../platform/queue/index.ts';

const bin = fileURLToPath(new URL('../../bin/chaski.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'chaski-tokens-cli-'));
const t = await testDatabase();
// As the program does when it starts.
await registerJobs(t.db);
const aws = await awsDouble();
aws.secrets.set('chaski/sealing-keys', '5e'.repeat(32));
afterAll(async () => {
  await aws.close();
  rmSync(folder, { recursive: true, force: true });
});

function tokens(to: 'true' | 'false'): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [bin, 'keys', 'tokens'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: t.url,
      DB_ROLE_PREFIX: t.rolePrefix,
      USE_AWS_SECRETS: 'true',
      AWS_PROVIDER_TOKENS: to,
      AWS_REGION: aws.region,
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIAENV',
      AWS_SECRET_ACCESS_KEY: 'env-secret',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  return new Promise((done) => child.on('close', (code) => done({ code, said })));
}

test('moves tokens to AWS and back, tells of each that stays, and prints none', async () => {
  const { accountId } = await seedWorkspace(t.db, { token: 'EAAvery-secret' });
  aws.denied.add('CreateSecret');
  const denied = await tokens('true');
  expect(denied).toMatchObject({
    code: 1,
    said: expect.stringContaining('Moved to AWS Secrets Manager: 0; left where they are: 1.'),
  });
  expect(denied.said).toContain(`Account ${accountId}: `);
  expect(denied.said).toContain('AccessDenied');
  aws.denied.clear();
  const there = await tokens('true');
  expect(there).toEqual({ code: 0, said: 'Moved to AWS Secrets Manager: 1; left where they are: 0.\n' });
  expect([...aws.secrets.values()]).toContain('EAAvery-secret');
  const back = await tokens('false');
  expect(back).toEqual({ code: 0, said: 'Moved to the database: 1; left where they are: 0.\n' });
  for (const { said } of [denied, there, back]) expect(said).not.toContain('EAAvery');
});
