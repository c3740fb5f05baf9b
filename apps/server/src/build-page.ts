/** build-page — builds the web app where that was not done yet, or where its sources are newer than what was built. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { errors } from './platform/errors.ts';
import type { Logger } from './platform/log.ts';

const web = join(import.meta.dirname, '../../web');
/** Where the page lies once it is built. */
export const builtPage = join(web, 'dist');

const sources = [
  join(web, 'src'),
  join(web, 'index.html'),
  join(web, 'public'),
  join(web, '../../packages/sdk/src'),
  join(web, '../../packages/contracts/src'),
];

/** Newest change below a file or folder, in milliseconds. */
function newest(path: string): number {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Without sources (an image that carries only what was built) what is there is what there is. */
function isCurrent(): boolean {
  const built = statSync(join(builtPage, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return built > 0 && built >= Math.max(...sources.map(newest));
}

/**
 * Builds the page if it must be. Where that fails, the one of before is better than none; where neither its sources nor
 * what was built are there, the API is served alone.
 */
export async function preparePage(log: Logger, tell: (line: string) => void): Promise<void> {
  if (isCurrent() || !existsSync(join(web, 'package.json'))) return;
  tell('Building the web app …');
  try {
    await buildPage();
  } catch (error) {
    if (!existsSync(join(builtPage, 'index.html'))) throw error;
    log.warn({ err: error }, 'the web app could not be built; the one that was built before is served');
  }
}

/**
 * Builds aside and moves into place, so that several starts at once do not write over each other and nobody is served
 * half a page.
 */
export async function buildPage(): Promise<void> {
  const aside = join(web, `dist-${process.pid}`);
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  const child = spawn(
    process.execPath,
    [vite, 'build', '--outDir', aside, '--emptyOutDir', '--logLevel', 'warn'],
    {
      cwd: web,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const said: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => said.push(part));
  child.stderr.on('data', (part: Buffer) => said.push(part));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  if (code !== 0) {
    rmSync(aside, { recursive: true, force: true });
    throw errors.configuration(
      `The web app could not be built; \`npm run build\` shows more.\n${Buffer.concat(said).toString().slice(-2_000)}`,
    );
  }
  const old = join(web, `dist-${process.pid}-old`);
  if (existsSync(builtPage)) renameSync(builtPage, old);
  try {
    renameSync(aside, builtPage);
  } catch {
    // Another start was faster by a moment: its page is as good.
    rmSync(aside, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
}
