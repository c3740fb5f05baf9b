/** Developing the page: Vite serves it, and asks a started server for everything else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begunFolder } from './begun.ts';
import { type Folder, freePort, type Product, startProduct, until } from './product.ts';

const web = join(import.meta.dirname, '../apps/web');
const vite = join(
  dirname(createRequire(join(web, 'package.json')).resolve('vite/package.json')),
  'bin/vite.js',
);

let folder: Folder;
let product: Product;
let page: ChildProcess;
let url = '';
let said = '';

beforeAll(async () => {
  folder = await begunFolder();
  product = await startProduct({ dataDir: folder.path, args: ['--port', '0'] });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  page = spawn(process.execPath, [vite, '--port', String(port), '--strictPort', '--host', '127.0.0.1'], {
    cwd: web,
    env: { ...process.env, VITE_API_BASE: product.ready.url, CHOKIDAR_USEPOLLING: 'true' },
  });
  for (const stream of [page.stdout, page.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  await until(
    async () => (await fetch(url).catch(() => null))?.ok === true,
    30_000,
    () => said,
  );
});
afterAll(async () => {
  page?.kill('SIGTERM');
  await folder?.remove();
});

test('the page comes from Vite, at every address of the app', async () => {
  for (const path of ['/', '/login', '/app/inbox']) {
    const answer = await fetch(url + path, { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('/@vite/client');
  }
});

test('addresses of the API reach the server that VITE_API_BASE names', async () => {
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ ok: true });
  expect(await (await fetch(`${url}/api/health`)).json()).toMatchObject({ ok: true });
  for (const path of ['/v1/contacts', '/api/v1/contacts']) {
    const contacts = await fetch(url + path, {
      headers: { authorization: `Bearer ${product.ready.apiKey}` },
    });
    expect(await contacts.json(), path).toMatchObject({ data: expect.any(Array) });
  }
  const nobody = await fetch(`${url}/tenants/nobody`, { method: 'POST' });
  expect([nobody.status, nobody.headers.get('content-type')]).toEqual([
    404,
    expect.stringContaining('application/json'),
  ]);
});
