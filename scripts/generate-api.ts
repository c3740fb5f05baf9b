/**
 * Writes what is made from the routes: docs/openapi.json, docs/postman.json and the SDK's operations and types;
 * `--check` writes nothing and fails where they differ. No database is asked: routes are only registered.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import about from '../apps/server/package.json' with { type: 'json' };
import { buildApi } from '../apps/server/src/api.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { postmanOf } from './postman.ts';
import { operationsOf } from './sdk-operations.ts';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');

/** Whatever is asked of it is a function that must not be called: handlers do not run here. */
const inert: never = new Proxy(() => {}, {
  get: (_target, name) => (name === 'then' ? undefined : inert),
  apply: () => inert,
}) as never;

const http = await buildApi(
  {
    log: createLog('silent'),
    environment: 'production',
    authenticate: async () => null,
    checks: {},
    version: about.version,
  },
  // Spread by the routes, which a proxy does not survive.
  new Proxy({} as never, { get: (_target, name) => (name === 'auth' ? { mailer: inert } : inert) }),
);
await http.app.ready();
const spec = http.openapi();
await http.close(100);

const scratch = mkdtempSync(join(tmpdir(), 'chaski-api-'));
const specFile = join(scratch, 'openapi.json');
writeFileSync(specFile, JSON.stringify(spec));
await createClient({
  input: specFile,
  output: { path: join(scratch, 'sdk'), postProcess: [] },
  plugins: [{ name: '@hey-api/typescript', enums: false }],
  logs: { level: 'silent', file: false },
});
const types = readFileSync(join(scratch, 'sdk', 'types.gen.ts'), 'utf8');
rmSync(scratch, { recursive: true, force: true });

const note = '// Generated from the routes by `npm run api`. Do not edit.\n';
const files: Record<string, string> = {
  'docs/openapi.json': JSON.stringify(spec, null, 2),
  'docs/postman.json': JSON.stringify(postmanOf(spec), null, 2),
  'packages/sdk/src/generated/types.ts': note + types,
  'packages/sdk/src/generated/operations.ts': note + operationsOf(spec),
};

const drifted: string[] = [];
for (const [name, text] of Object.entries(files)) {
  const path = join(root, name);
  // Formatted as the repository is, so that a diff shows what changed and nothing else.
  const formatted = execFileSync(
    process.execPath,
    [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'format', '--stdin-file-path', path],
    { input: text, maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' },
  );
  if (!check) writeFileSync(path, formatted);
  else if (read(path) !== formatted) drifted.push(name);
}
if (drifted.length > 0) {
  console.error(`Not what the routes say: ${drifted.join(', ')}. Run \`npm run api\` and commit.`);
  process.exit(1);
}
console.log(`${check ? 'checked' : 'wrote'} ${Object.keys(files).join(', ')}`);
process.exit(0);

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
