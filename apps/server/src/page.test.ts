import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forReader, pageRoutes } from './page.ts';
import { buildHttp, type Http } from './platform/http/index.ts';
import { createLog } from './platform/log.ts';

const links = ['ar', 'en', 'pt']
  .map((one) => `<link rel="modulepreload" href="/assets/${one}-1.js" data-language="${one}">`)
  .join('\n    ');
const script = 'export const said = "hello ";'.repeat(100);

let folder: string;
let http: Http;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chaski-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    `<html><head><title>Chaski</title>${links}</head><style nonce="__CSP_NONCE__"></style></html>`,
  );
  writeFileSync(join(folder, 'assets', 'index-1.js'), script);
  writeFileSync(join(folder, 'assets', 'index-1.js.br'), brotliCompressSync(script));
  writeFileSync(join(folder, 'assets', 'index-1.js.gz'), gzipSync(script));
  http = await buildHttp({
    log: createLog('silent'),
    environment: 'test',
    authenticate: async () => null,
    checks: {},
  });
  await pageRoutes(http.app, folder);
});
afterEach(async () => {
  await http.close();
  rmSync(folder, { recursive: true, force: true });
});

test('scripts come as they lie there compressed, for ever, and other caches are told what they depend on', async () => {
  const ask = (url: string, encoding: string) =>
    http.app.inject({ url, headers: { 'accept-encoding': encoding } });
  const br = await ask('/assets/index-1.js', 'gzip, deflate, br');
  expect(br.headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': expect.stringContaining('javascript'),
    'cache-control': 'public, max-age=31536000, immutable',
    vary: expect.stringContaining('accept-encoding'),
  });
  expect(br.rawPayload).toEqual(brotliCompressSync(script));
  expect((await ask('/assets/index-1.js', 'gzip')).rawPayload).toEqual(gzipSync(script));
  const plain = await ask('/assets/index-1.js', 'identity');
  expect([plain.headers['content-encoding'], plain.payload]).toEqual([undefined, script]);
});

test('the page names the texts of the one language that the browser wants', async () => {
  const named = (header: string | undefined) =>
    [...forReader(links, header).matchAll(/assets\/(\w+)-1/g)].map(([, language]) => language);
  expect(named('pt-BR,pt;q=0.9,en;q=0.8')).toEqual(['pt']);
  expect(named('fr-FR, AR;q=0.7')).toEqual(['ar']);
  expect(named('fr')).toEqual(['en']);
  expect(named(undefined)).toEqual(['en']);
  const { payload, headers } = await http.app.inject({
    url: '/app/inbox',
    headers: { 'accept-language': 'ar' },
  });
  const [, nonce] = /style nonce="([^"]+)"/.exec(payload) ?? [];
  expect(payload.match(/data-language="\w+"/g)).toEqual(['data-language="ar"']);
  expect(headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
});

test('pages for people who signed in ask who it is at once, the others do not', async () => {
  const asks = async (url: string) => (await http.app.inject({ url })).payload.includes('href="/v1/auth/me"');
  for (const url of ['/', '/app/inbox/some-id?view=all', '/app/settings/profile', '/app/welcome'])
    expect([url, await asks(url)]).toEqual([url, true]);
  for (const url of ['/login?next=%2Fapp%2Finbox', '/app/register', '/app/reset', '/app/invitation'])
    expect([url, await asks(url)]).toEqual([url, false]);
});
