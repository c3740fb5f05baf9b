import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { errors } from '../platform/errors.ts';
import { parseName, readGiven } from './arguments.ts';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

type AppOptions = CommonOptions & {
  key?: string;
  name?: string;
  secretFile?: string;
  verifyToken?: string;
  workspace?: string;
  json?: boolean;
};

/** `chaski app`: the Meta apps that sign webhooks, beside the one of the configuration; their secrets are rotated here. */
export function addApp(program: Command): void {
  const app = program.command('app').description('Meta apps, whose secrets sign webhooks');
  const common = (command: Command): Command =>
    command
      .option('--data-dir <path>', 'folder of the embedded database')
      .option('--json', 'one JSON object a line');
  const secretFile = 'file with the app secret (- is standard input)';

  common(app.command('add').description('make an app; its webhook address ends with its key'))
    .option('--key <key>', 'its part of the webhook address; without it a random one')
    .option('--name <name>', 'what it is called here', parseName)
    .requiredOption('--secret-file <path>', secretFile)
    .option('--verify-token <token>', 'what Meta asks for at the subscription; without it a random one')
    .option('--workspace <id or name>', 'only for this workspace; without it for all')
    .action(async (options: AppOptions) => {
      const { chooseWorkspace, withSession } = await import('./session.ts');
      const { addApp: make } = await import('../modules/numbers/index.ts');
      const { keyRing } = await import('../platform/seal.ts');
      if (options.key !== undefined) refuseConfigured(options.key);
      const secret = readSecret(options.secretFile);
      const verifyToken = options.verifyToken ?? randomBytes(24).toString('base64url');
      await withSession(options, async ({ db, secrets }) => {
        const workspaceId =
          options.workspace === undefined ? null : await chooseWorkspace(db, options.workspace);
        const made = await db.withSystem('add an app', (tx) =>
          make(
            tx,
            { ring: keyRing(secrets.sealingKeys) },
            {
              name: options.name ?? options.key ?? 'Meta app',
              secret,
              verifyToken,
              workspaceId,
              ...(options.key === undefined ? {} : { key: options.key }),
            },
          ),
        );
        const { id, key, name } = made;
        show([{ id, key, name, webhook: `/webhooks/cloud/${key}`, verifyToken, workspaceId }], options.json);
      });
    });

  common(app.command('list').description('all apps with the ids of their secrets, newest first')).action(
    async (options: AppOptions) => {
      const { withSession } = await import('./session.ts');
      const { listDoorApps } = await import('../modules/numbers/index.ts');
      await withSession(options, async ({ db }) => {
        const apps = await db.withSystem('list apps for the command line', listDoorApps);
        const rows = apps.map(({ id, key, isDefault, isSimulator, workspaceId, secrets }) => ({
          id,
          key,
          webhook: `/webhooks/cloud/${key}`,
          isDefault,
          isSimulator,
          workspaceId,
          secrets: secrets.map((secret) => secret.id),
        }));
        show(rows, options.json);
      });
    },
  );

  const secret = app
    .command('secret')
    .description('rotate the secret of an app: add the new, retire the old');
  common(secret.command('add <key>').description('a further secret: webhooks signed with either are taken'))
    .requiredOption('--secret-file <path>', secretFile)
    .action(async (key: string, options: AppOptions) => {
      const { withSession } = await import('./session.ts');
      const { rotateSecret } = await import('../modules/numbers/index.ts');
      const { keyRing } = await import('../platform/seal.ts');
      const given = readSecret(options.secretFile);
      await withSession(options, async ({ db, secrets }) => {
        const id = await db.withSystem('add a secret of an app', async (tx) =>
          rotateSecret(
            tx,
            { ring: keyRing(secrets.sealingKeys) },
            { appId: await idOf(tx, key), secret: given },
          ),
        );
        show([{ key, secretId: id }], options.json);
      });
    });

  common(
    secret
      .command('retire <key> <secret-id>')
      .description('webhooks signed with it are refused within seconds'),
  ).action(async (key: string, secretId: string, options: AppOptions) => {
    const { orSay, withSession } = await import('./session.ts');
    const { retireSecret } = await import('../modules/numbers/index.ts');
    const { isId } = await import('../platform/ids.ts');
    if (!isId(secretId))
      throw errors.configuration(`"${secretId}" is no secret's id. \`chaski app list\` shows them.`);
    await withSession(options, async ({ db }) => {
      await orSay(
        '`chaski app list` shows them.',
        db.withSystem('retire a secret of an app', async (tx) =>
          retireSecret(tx, { appId: await idOf(tx, key), secretId }),
        ),
      );
      console.log(`${secretId} is retired.`);
    });
  });
}

/** Each start makes these two as the configuration says: what was changed here would be undone. */
function refuseConfigured(key: string): void {
  if (key !== 'default' && key !== 'simulator') return;
  throw errors.configuration(
    `The app ${key} and its secrets come from the configuration: APP_SECRETS takes several, the first is the newest.`,
  );
}

async function idOf(tx: SystemTx, key: string): Promise<string> {
  const { listDoorApps } = await import('../modules/numbers/index.ts');
  const found = (await listDoorApps(tx)).find((one) => one.key === key);
  if (found === undefined)
    throw errors.configuration(`There is no app ${key}. \`chaski app list\` shows them.`);
  refuseConfigured(key);
  return found.id;
}

type SystemTx = import('../platform/db/index.ts').SystemTx;

/** Never an argument: those show in the list of processes and in the shell's history. */
function readSecret(file: string | undefined): string {
  const secret = file === undefined ? '' : readGiven('--secret-file', file).trim();
  if (secret === '') throw errors.configuration('The app secret is empty. Give --secret-file <path>.');
  return secret;
}
