import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Our own packages by their sources; others get what was packed of them.
  ssr: { resolve: { conditions: ['chaski-source', ...defaultServerConditions] } },
  test: {
    include: [
      'apps/**/*.test.ts',
      'apps/**/*.test.tsx',
      'packages/**/*.test.ts',
      'acceptance/**/*.test.ts',
      'bench/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**'],
    // Processes: argon2, PostgreSQL's sockets and signals are not for threads.
    pool: 'forks',
    // Two processes take all files: to load the same modules anew for each of 250 was a fifth of the run. What a file
    // changes for all (a clock, the environment) it puts back.
    isolate: false,
    // The database is on the same machine; more workers only wait for each other.
    maxWorkers: 2,
    // Of tests that say so: they wait for timers of the server, half a second each.
    maxConcurrency: 20,
    globalSetup: ['apps/server/test/global-setup.ts'],
    setupFiles: ['apps/server/test/setup.ts'],
    // Nothing is measured here: what is slow on a busy machine is not wrong. These end what hangs; a wait within says
    // which step it was, after 20 or 30 s. A hook may start a product twice.
    testTimeout: 240_000,
    // What is polled comes within a second on a quiet machine, vitest's own limit; on a busy one it may not.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 240_000,
    // A test that never ran must not look like one that passed.
    passWithNoTests: false,
    allowOnly: process.env.CI === undefined,
  },
});
