/**
 * `npm run dev`: the server, started again whenever its files change, and the page, exchanged in the browser while one
 * types. The page's own address is printed by vite; it asks the server for everything else.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const port = process.env.PORT ?? '3000';
const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');

const run = (args: string[], cwd: string): ChildProcess =>
  spawn(process.execPath, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, CHASKI_DEV_SERVER: `http://localhost:${port}` },
  });

const watched = ['apps/server/src', 'packages/contracts', 'packages/providers', 'packages/simulator'];
const children = [
  run(
    [
      ...watched.map((path) => `--watch-path=${path}`),
      'apps/server/bin/chaski.js',
      'start',
      ...process.argv.slice(2),
    ],
    root,
  ),
  run([vite, '--clearScreen', 'false'], join(root, 'apps/web')),
];

// Ctrl-C reaches the whole group; who is stopped alone takes the others along.
let ending = false;
function end(code: number): void {
  if (ending) return;
  ending = true;
  process.exitCode = code;
  for (const child of children) child.kill('SIGTERM');
}
for (const child of children) child.on('exit', (code) => end(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(0));
