import type { Command } from 'commander';
import { type CommonOptions, load } from './environment.ts';

/** `chaski migrate`: brings the schema up to date; `start` does it too. */
export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date (start does it too)')
    .option('--data-dir <path>', 'folder of the embedded database')
    .option('--check', 'change nothing; exit 1 if something is pending or does not fit')
    .option('--print-roles', 'print the SQL with which a DBA makes the roles, and do nothing')
    .action(async (options: CommonOptions & { check?: boolean; printRoles?: boolean }) => {
      const loaded = load({ DATA_DIR: options.dataDir }, 'command');
      const { config, dataDir } = loaded;
      const { checkMigrations, migrate, printRoles } = await import('../platform/db/migrate.ts');
      if (options.printRoles) {
        console.log(printRoles(config.dbRolePrefix));
        return;
      }
      if (options.check) {
        const { requireDatabase } = await import('./session.ts');
        requireDatabase(loaded);
      }
      const { withDatabase } = await import('../database.ts');
      await withDatabase(config, dataDir, async (address, secrets) => {
        const { ownerUrl, loginPassword } = address;
        if (options.check) {
          const state = await checkMigrations({ url: ownerUrl, rolePrefix: config.dbRolePrefix });
          const { applied, pending, edited, unknown } = state;
          console.log(`${applied.length} applied, ${pending.length} pending`);
          for (const name of pending) console.log(`  pending: ${name}  (\`chaski migrate\` applies it)`);
          for (const name of edited)
            console.log(`  edited after it was applied: ${name}  (restore the file)`);
          for (const name of unknown)
            console.log(`  applied by a newer chaski: ${name}  (start that version)`);
          if (pending.length + edited.length + unknown.length > 0) process.exitCode = 1;
          return;
        }
        // A deploy job that sets no password needs no sealing key either.
        if (config.databaseUrl !== undefined && loginPassword !== undefined) {
          const { mayCreateRoles, refuseForeignRing } = await import('../database-login.ts');
          if (await mayCreateRoles(ownerUrl)) await refuseForeignRing(config, address, secrets, dataDir);
        }
        const { installQueue } = await import('../platform/queue/index.ts');
        const { applied } = await migrate({
          ownerUrl,
          rolePrefix: config.dbRolePrefix,
          loginPassword,
          afterMigrate: (_client, _roles, queueUrl) => installQueue(queueUrl, config.dbRolePrefix),
        });
        console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
      });
    });
}
