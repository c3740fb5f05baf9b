/**
 * page — the web app: its files as they were built, and one page for every address of the app. app.ts's, beside api.ts.
 *
 * Always true: the page comes with a content security policy that lets nothing in but its own files and the styles that
 * carry this answer's nonce; addresses of the API never fall through to it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import files from '@fastify/static';
import { builtPage } from './build-page.ts';
import type { HttpApp } from './platform/http/index.ts';

const placeholder = '__CSP_NONCE__';

const policy = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Of the languages whose first texts the page names the one that the browser asks for stays, else English. */
export function forReader(html: string, acceptLanguage: string | undefined): string {
  const offered = [...html.matchAll(/data-language="(\w+)"/g)].map(([, language]) => language);
  const asked = (acceptLanguage ?? '').split(',').map((one) => one.trim().split(/[-;]/)[0]?.toLowerCase());
  const chosen = asked.find((one) => offered.includes(one)) ?? 'en';
  return html.replaceAll(/<link [^>]*data-language="(\w+)"[^>]*>\s*/g, (link, language: string) =>
    language === chosen ? link : '',
  );
}

/** Pages for people who are nobody yet. All others begin with the question who it is: it is asked before the script is there. */
const open = /^\/(login|app\/(register|reset|confirm|invitation))/;
const asksWho = '<link rel="preload" as="fetch" href="/v1/auth/me" crossorigin="use-credentials">';

/** Files that browsers ask for by a name that stays: the icons, and what makes the page an app one can install. */
const shown: Record<string, string> = {
  'sw.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'icon-unread.svg': 'image/svg+xml',
  'icon-192.png': 'image/png',
  'icon-512.png': 'image/png',
  'icon-maskable-512.png': 'image/png',
  'manifest.webmanifest': 'application/manifest+json',
};

/** `/`, `/login`, `/app/…` and the files they name. Nothing when the page was not built. */
export async function pageRoutes(app: HttpApp, folder: string = builtPage): Promise<boolean> {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) return false;
  await app.register(files, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    // Their names hold a hash of what is in them.
    immutable: true,
    maxAge: '365d',
    // They lie there compressed, as hard as it goes; done for each answer it would be neither hard nor fast.
    preCompressed: true,
  });
  for (const [name, type] of Object.entries(shown)) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    app.get(`/${name}`, { schema: { hide: true } as never }, async (_request, reply) =>
      reply.header('content-type', type).header('cache-control', 'public, max-age=86400').send(bytes),
    );
  }
  for (const address of ['/', '/login', '/app', '/app/*']) {
    app.get(address, { schema: { hide: true } as never }, async (request, reply) => {
      const nonce = randomBytes(16).toString('base64');
      // Read each time: a new build takes the files away that the old page names.
      const html = forReader(await readFile(index, 'utf8'), request.headers['accept-language']).replace(
        '</title>',
        open.test(request.url) ? '</title>' : `</title>${asksWho}`,
      );
      return reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', policy(nonce))
        .send(html.replaceAll(placeholder, nonce));
    });
  }
  return true;
}
