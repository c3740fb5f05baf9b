import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { firstAreas } from './src/i18n/first-areas.ts';

/**
 * `npm run dev` serves the page here and asks the server for everything else; `VITE_API_BASE` names another server. The
 * page itself only ever asks its own origin, so that what is built takes no setting.
 */
const server = process.env.VITE_API_BASE ?? process.env.CHASKI_DEV_SERVER ?? 'http://localhost:3000';
const prefixes = [
  '/v1',
  '/graph',
  '/l/',
  '/webhook',
  '/whatsapp',
  '/tenants',
  '/realtime',
  '/socket',
  '/outbox',
  '/openapi.json',
  '/docs',
  '/health',
  '/livez',
  '/readyz',
  '/metrics',
];

/** `texts.json?first` and `?rest`: the two parts of a language. */
const partedTexts: Plugin = {
  name: 'parted-texts',
  enforce: 'pre',
  load(id) {
    const [, file, part] = /^(.+\/locales\/\w+\.json)\?(first|rest)$/.exec(id) ?? [];
    if (file === undefined) return null;
    this.addWatchFile(file);
    const areas = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>);
    const texts = Object.fromEntries(areas.filter(([area]) => firstAreas.has(area) === (part === 'first')));
    return { code: `export default ${JSON.stringify(texts)}`, moduleType: 'js' };
  },
};

/**
 * The page names the first texts of every language, and the server leaves in the one that the browser wants: they come
 * along with the script instead of after it.
 */
const languageLinks: Plugin = {
  name: 'language-links',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.values(bundle ?? {}).flatMap((file) => {
        const from = file.type === 'chunk' ? file.facadeModuleId : null;
        const [, language] = /\/locales\/(\w+)\.json\?first$/.exec(from ?? '') ?? [];
        if (language === undefined) return [];
        const attrs = { rel: 'modulepreload', href: `/${file.fileName}`, 'data-language': language };
        return [{ tag: 'link', attrs, injectTo: 'head' as const }];
      }),
  },
};

const packers = {
  // 9 of 11: the last two steps save 2 % and take ten times as long, at the first start too.
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gz: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
};

/** Scripts and styles lie beside themselves compressed: the server hands out what fits and compresses nothing. */
const compressedAssets: Plugin = {
  name: 'compressed-assets',
  apply: 'build',
  async writeBundle({ dir = '' }) {
    const assets = join(dir, 'assets');
    const names = (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name));
    await Promise.all(
      names.map(async (name) => {
        const bytes = await readFile(join(assets, name));
        for (const [ending, pack] of Object.entries(packers)) {
          await writeFile(join(assets, `${name}.${ending}`), await pack(bytes));
        }
      }),
    );
  },
};

export default defineConfig({
  plugins: [partedTexts, languageLinks, react(), compressedAssets],
  // Our own packages by their sources; others get what was packed of them.
  resolve: { conditions: ['chaski-source', ...defaultClientConditions] },
  build: {
    // Assets are files: a data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    target: 'es2023',
    chunkSizeWarningLimit: 900,
    // What the frame and the inbox need is one file: left to itself the bundler makes a chunk of everything that some other
    // page uses too, sixty requests and a tenth more bytes.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } } },
  },
  html: { cspNonce: '__CSP_NONCE__' },
  server: {
    port: 5173,
    // Folders mounted into a container or a virtual machine tell of no change.
    watch: { usePolling: ['true', '1'].includes(process.env.CHOKIDAR_USEPOLLING ?? '') },
    proxy: {
      ...Object.fromEntries(prefixes.map((prefix) => [prefix, { target: server, ws: true }])),
      // As the reference system's page is developed: `/api/tenants/…` is the server's `/tenants/…`.
      '/api': { target: server, ws: true, rewrite: (path) => path.replace(/^\/api/, '') },
    },
  },
});
