import { resolve } from 'node:path';
import type { Command } from 'commander';
import { load } from './environment.ts';

interface StartOptions {
  dataDir?: string;
  port?: string;
  roles?: string;
  demo: boolean;
  readyFile?: string;
}

/** `chaski start`: the whole program in one process. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('start everything: database, migrations, API, workers, and in the demo the simulator')
    .option('--data-dir <path>', 'folder for the embedded database, secrets and media')
    .option('--port <port>', 'port of the API; 0 takes a free one')
    .option('--roles <roles>', 'what this process does: api, worker (separated by commas)')
    .option('--no-demo', 'no simulator and no demo workspace')
    .option('--ready-file <path>', 'write addresses and credentials there (JSON) once everything answers')
    .action(async (options: StartOptions) => {
      const { config, warnings, dataDir } = load(
        {
          DATA_DIR: options.dataDir,
          PORT: options.port,
          ROLES: options.roles,
          DEMO: options.demo ? undefined : 'false',
        },
        'start',
      );
      const { run } = await import('../main.ts');
      const readyFile = options.readyFile === undefined ? undefined : resolve(options.readyFile);
      await run(config, { dataDir, warnings, readyFile });
      process.exit(0); // everything is closed; a stray timer must not keep a stopped program alive
    });
}
