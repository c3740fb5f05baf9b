/** The only place that reads the process's environment and arguments of a command. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, type Environment, parseConfig, readEnvironment } from '../config.ts';
import { defaultDataDir } from '../platform/db/embedded-user.ts';
import { AppError } from '../platform/errors.ts';

/** The repository: apps/server/src/cli → four up. */
const checkout = fileURLToPath(new URL('../../../../', import.meta.url));

export interface Loaded {
  config: Config;
  warnings: string[];
  dataDir: string;
}

/** Options that every command with a database takes. */
export interface CommonOptions {
  dataDir?: string;
}

/** Reads configuration from flags, environment and .env files of the current folder; all problems in one error. */
export function load(flags: Environment, purpose: 'start' | 'command'): Loaded {
  const result = parseConfig(readEnvironment(process.cwd(), process.env), flags, { purpose });
  if (!result.ok) {
    const said = [...result.problems, ...result.warnings.map((warning) => `(warning) ${warning}`)];
    throw new AppError(
      'configuration',
      500,
      `The configuration has ${result.problems.length === 1 ? 'a problem' : `${result.problems.length} problems`}:\n` +
        `${said.map((line) => `  - ${line}`).join('\n')}\nEvery setting is explained in docs/env.md.`,
    );
  }
  const { config, warnings } = result;
  return { config, warnings, dataDir: resolve(config.dataDir ?? defaultDataDir(checkout)) };
}
