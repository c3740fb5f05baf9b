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
    // A crashed native module or an uncaught socket error ends one file, not the run.
    pool: 'forks',
    // The database is on the same machine; more workers only wait for each other.
    maxWorkers: 2,
    globalSetup: ['apps/server/test/global-setup.ts'],
    setupFiles: ['apps/server/test/setup.ts'],
    // Nothing is measured here: what is slow on a busy machine is not wrong.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A test that never ran must not look like one that passed.
    passWithNoTests: false,
    allowOnly: process.env.CI === undefined,
  },
});
