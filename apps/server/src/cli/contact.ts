import type { Command } from 'commander';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

type EraseOptions = CommonOptions & { workspace?: string; confirm?: string; json?: boolean };

/** `chaski contact`: what is done to one person's data from the command line. */
export function addContact(program: Command): void {
  const contact = program.command('contact').description('people who wrote to a workspace');

  contact
    .command('erase')
    .description('take a person out of everything: rows, messages, files, webhook bodies, audit content')
    .argument('<contact>', "the contact's id")
    .option('--workspace <id or name>', 'whose contact it is')
    .option('--confirm <words>', 'must be: erase <id of the contact>')
    .option('--data-dir <path>', 'folder of the embedded database')
    .option('--json', 'one JSON object a line')
    .action(async (contactId: string, options: EraseOptions) => {
      const { chooseWorkspace, operator, withSession } = await import('./session.ts');
      const { requestErasure } = await import('../modules/erasure/index.ts');
      const { registerJobs } = await import('../platform/queue/index.ts');
      await withSession(options, async ({ db }) => {
        const workspaceId = await chooseWorkspace(db, options.workspace);
        await registerJobs(db); // the app may not have run with this version yet
        const row = await db.withTenant(workspaceId, operator, (tx) =>
          requestErasure(tx, contactId, options.confirm ?? ''),
        );
        show([{ id: row.id, contactId, state: row.state }], options.json);
        if (!options.json) {
          console.log(`\nThe worker does it as soon as it runs; GET /v1/erasures/${row.id} has its report.`);
        }
      });
    });
}
