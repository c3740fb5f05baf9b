import type { Command } from 'commander';
import { parseName } from './arguments.ts';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

type WorkspaceOptions = CommonOptions & { name: string; plan?: string; json?: boolean };

/** `chaski workspace`: the tenants. The demo makes its own; in production this makes the first. */
export function addWorkspace(program: Command): void {
  const workspace = program.command('workspace').description('the companies that use this installation');
  const common = (command: Command): Command =>
    command
      .option('--data-dir <path>', 'folder of the embedded database')
      .option('--json', 'one JSON object a line');

  common(workspace.command('create').description('make a workspace'))
    .requiredOption('--name <name>', "the company's name", parseName)
    .option('--plan <plan>', 'what it may use', 'unlimited')
    .action(async (options: WorkspaceOptions) => {
      const { withSession } = await import('./session.ts');
      const { createWorkspace, seedPlans, settingsOfNew } = await import('../modules/workspaces/index.ts');
      const { ensureDefaults } = await import('../modules/workflows/index.ts');
      await withSession(options, async ({ db, loaded }) => {
        const made = await db.withSystem('create a workspace', async (tx) => {
          await seedPlans(tx); // the app may not have run yet
          return createWorkspace(
            tx,
            {
              name: options.name,
              settings: settingsOfNew(loaded.config),
              ...(options.plan === undefined ? {} : { plan: options.plan }),
            },
            { onWorkspaceCreated: async (inside, row) => void (await ensureDefaults(inside, row.id)) },
          );
        });
        show([{ id: made.id, name: made.name, plan: options.plan }], options.json);
        if (!options.json) {
          console.log(
            '\nNext: `chaski number add` connects a number, `chaski keys api create` makes an API key' +
              ' (with several workspaces both take --workspace).',
          );
        }
      });
    });

  common(workspace.command('list').description('all of them')).action(async (options: WorkspaceOptions) => {
    const { allWorkspaces, withSession } = await import('./session.ts');
    await withSession(options, async ({ db }) => show(await allWorkspaces(db), options.json));
  });
}
