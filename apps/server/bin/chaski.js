#!/usr/bin/env node
// Plain JavaScript for any Node from 16 on: the program itself is TypeScript and needs Node 24.7 (type
// stripping, crypto.argon2). Typed in a shell this may run under an older Node; then the same command is
// started again under the Node 24 binary that `npm install` brings along, or we say what to do.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 7];
const [major, minor] = process.versions.node.split('.').map(Number);
const goodEnough = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
const here = dirname(fileURLToPath(import.meta.url));

// 300 files: 280 → 80 ms. Inside node_modules and not in the shared temp folder, because whoever can write
// the cache can put code into a process that may run as root. A read-only checkout simply has no cache.
const cache = process.env.NODE_COMPILE_CACHE || join(here, '../../../node_modules/.cache/chaski');

if (goodEnough) {
  module.enableCompileCache(cache);
  process.env.NODE_COMPILE_CACHE = cache;
  const { runCli } = await import('../src/cli/index.ts');
  await runCli(process.argv.slice(2));
} else {
  const binary = shippedNode();
  if (binary === null) {
    console.error(
      `chaski needs Node ${NEEDED.join('.')} or newer; this is ${process.version}, and no Node 24 binary for ` +
        `${process.platform}-${process.arch} came with npm install.\n` +
        'Run `npm install` (without --omit=optional) on Linux or Windows, or install Node 24: https://nodejs.org/en/download',
    );
    process.exit(1);
  }
  runUnder(binary);
}

/** The Node binary of the optional packages, or null when this platform has none (Macs). */
function shippedNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** Runs this very command under `binary`, passing signals on and ending as it ends. */
function runUnder(binary) {
  // The ipc channel is how the child notices that this process was killed with -9: nobody would be left to
  // pass it a signal. (A Ctrl-C reaches both of us, and the child once more through us; main.ts takes
  // signals that arrive together as one.)
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    try {
      process.on(signal, () => child.kill(signal));
    } catch {
      // Windows does not know all of them.
    }
  }
  child.on('error', (error) => {
    console.error(`could not run ${binary}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
