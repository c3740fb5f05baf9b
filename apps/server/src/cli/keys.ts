import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { errors } from '../platform/errors.ts';
import { parseEnd, parseName } from './arguments.ts';
import type { CommonOptions } from './environment.ts';
import { show } from './show.ts';

type WorkspaceOptions = CommonOptions & { workspace?: string; json?: boolean };

/** `chaski keys`: secrets for the environment, API keys, rotation of the sealing key. */
export function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('make secrets for the environment; API keys; rotate the sealing key')
    .action(async () => {
      const { generateSecrets } = await import('../secrets.ts');
      const { makeInstallationKey } = await import('../modules/auth/index.ts');
      const made = generateSecrets();
      const now = new Date();
      console.log(
        [
          '# Fresh values, kept nowhere: put them into the environment or .env, and a copy where you keep secrets.',
          `SEALING_KEYS=${made.sealingKey}`,
          '# The same key under another name, which is understood as well; one of the two is enough.',
          `TOKEN_MASTER_KEY=${made.sealingKey}`,
          `JWT_SECRET=${made.jwtSecret}`,
          "# For Supabase's clients, signed with JWT_SECRET. The second acts as the operator: leave it out if nothing needs it.",
          `ANON_KEY=${await makeInstallationKey(made.jwtSecret, 'anon', now)}`,
          `SERVICE_ROLE_KEY=${await makeInstallationKey(made.jwtSecret, 'service_role', now)}`,
          `VERIFY_TOKEN=${made.verifyToken}`,
          `QUEUE_SECRET=${randomBytes(24).toString('base64url')}`,
          "# APP_SECRETS comes from Meta: your app's settings, Basic, App secret.",
        ].join('\n'),
      );
    });

  keys
    .command('supabase')
    .description("keys for Supabase's clients, signed with the JWT_SECRET that this installation has")
    .option('--data-dir <path>', 'folder of the embedded database')
    .action(async (options: CommonOptions) => {
      const { load } = await import('./environment.ts');
      const { requireDatabase } = await import('./session.ts');
      const { loadSecrets } = await import('../secrets.ts');
      const { makeInstallationKey } = await import('../modules/auth/index.ts');
      const loaded = load({ DATA_DIR: options.dataDir }, 'command');
      let { jwtSecret } = loaded.config;
      if (jwtSecret === undefined) {
        requireDatabase(loaded);
        ({ jwtSecret } = loadSecrets(loaded.config, loaded.dataDir));
      }
      const now = new Date();
      console.log(`ANON_KEY=${await makeInstallationKey(jwtSecret, 'anon', now)}`);
      console.log('# Acts as the operator once it is set as SERVICE_ROLE_KEY where the app runs.');
      console.log(`SERVICE_ROLE_KEY=${await makeInstallationKey(jwtSecret, 'service_role', now)}`);
    });

  const operators = keys.command('operator').description('keys that act as whoever runs the installation');
  const ofInstallation = (command: Command): Command =>
    command
      .option('--data-dir <path>', 'folder of the embedded database')
      .option('--json', 'one JSON object a line');

  ofInstallation(operators.command('create').description('make a key; it is shown once'))
    .option('--name <name>', 'what it is for', parseName, 'made with chaski keys operator create')
    .option('--expires <time>', 'when it ends, e.g. 2027-01-31')
    .action(async (options: WorkspaceOptions & { name: string; expires?: string }) => {
      const { operator, withSession } = await import('./session.ts');
      const { createOperatorKey } = await import('../modules/auth/index.ts');
      const expiresAt = options.expires === undefined ? null : parseEnd('--expires', options.expires);
      await withSession(options, async ({ db }) => {
        const made = await db.withSystem('make an operator key by command', (tx) =>
          createOperatorKey(tx, { name: options.name, expiresAt }, operator),
        );
        show([made], options.json);
        if (!options.json) console.log('\nIt is not shown again. Use it as `Authorization: Bearer <key>`.');
      });
    });

  ofInstallation(operators.command('list').description('the keys, without their secrets')).action(
    async (options: WorkspaceOptions) => {
      const { withSession } = await import('./session.ts');
      const { listOperatorKeys } = await import('../modules/auth/index.ts');
      await withSession(options, async ({ db }) => {
        const page = { limit: 1_000, after: null };
        show(
          await db.withSystem('operator keys by command', (tx) => listOperatorKeys(tx, page)),
          options.json,
        );
      });
    },
  );

  ofInstallation(
    operators.command('revoke <id>').description('end a key; refused everywhere within a second'),
  ).action(async (id: string, options: WorkspaceOptions) => {
    const { operator, orSay, withSession } = await import('./session.ts');
    const { revokeOperatorKey } = await import('../modules/auth/index.ts');
    await withSession(options, async ({ db }) => {
      await orSay(
        '`chaski keys operator list` shows them.',
        db.withSystem('end an operator key by command', (tx) => revokeOperatorKey(tx, id, operator)),
      );
      console.log(`Operator key ${id} is revoked.`);
    });
  });

  const api = keys.command('api').description('API keys of a workspace');
  const inWorkspace = (command: Command): Command =>
    command
      .option('--workspace <id or name>', 'the workspace; without it the only one')
      .option('--data-dir <path>', 'folder of the embedded database')
      .option('--json', 'one JSON object a line');

  inWorkspace(api.command('create').description('make a key; it is shown once'))
    .option('--name <name>', 'what it is for', parseName, 'made with chaski keys api create')
    .option('--scopes <scopes>', 'what it may do, separated by commas; without it everything')
    .option(
      '--numbers <ids>',
      'the numbers it may use (phone number ids), separated by commas; without it all',
    )
    .option('--expires <time>', 'when it ends, e.g. 2027-01-31')
    .action(
      async (
        options: WorkspaceOptions & { name: string; scopes?: string; numbers?: string; expires?: string },
      ) => {
        const { chooseWorkspace, operator, withSession } = await import('./session.ts');
        const { createApiKey } = await import('../modules/auth/index.ts');
        const expiresAt = options.expires === undefined ? null : parseEnd('--expires', options.expires);
        const split = (text: string) => text.split(',').map((part) => part.trim());
        await withSession(options, async ({ db }) => {
          const workspace = await chooseWorkspace(db, options.workspace);
          const made = await db.withTenant(workspace, operator, async (tx) =>
            createApiKey(tx, {
              name: options.name,
              ...(options.scopes === undefined ? {} : { scopes: split(options.scopes) }),
              ...(options.numbers === undefined
                ? {}
                : { numberIds: await named(tx, split(options.numbers)) }),
              expiresAt,
            }),
          );
          show([made], options.json);
          if (options.json) return;
          console.log('\nIt is not shown again. Use it as `Authorization: Bearer <key>`.');
          if (options.scopes === undefined)
            console.log('It may do everything there; --scopes makes one that may not.');
        });
      },
    );

  inWorkspace(api.command('list').description('the keys, without their secrets')).action(
    async (options: WorkspaceOptions) => {
      const { chooseWorkspace, operator, withSession } = await import('./session.ts');
      const { listApiKeys } = await import('../modules/auth/index.ts');
      await withSession(options, async ({ db }) => {
        const workspace = await chooseWorkspace(db, options.workspace);
        show(await db.withTenant(workspace, operator, (tx) => listApiKeys(tx)), options.json);
      });
    },
  );

  inWorkspace(api.command('revoke <id>').description('end a key; refused everywhere within a second')).action(
    async (id: string, options: WorkspaceOptions) => {
      const { chooseWorkspace, operator, orSay, withSession } = await import('./session.ts');
      const { revokeApiKey } = await import('../modules/auth/index.ts');
      await withSession(options, async ({ db }) => {
        const workspace = await chooseWorkspace(db, options.workspace);
        await orSay(
          '`chaski keys api list` shows them.',
          db.withTenant(workspace, operator, (tx) => revokeApiKey(tx, id)),
        );
        console.log(`Key ${id} is revoked.`);
      });
    },
  );

  keys
    .command('tokens')
    .description('move the tokens of accounts to where AWS_PROVIDER_TOKENS wants them, while the app goes on')
    .option('--data-dir <path>', 'folder of the embedded database')
    .action(async (options: CommonOptions) => {
      const { operator, withSession } = await import('./session.ts');
      const { moveTokens } = await import('../modules/numbers/index.ts');
      const { keyRing } = await import('../platform/seal.ts');
      await withSession(options, async ({ db, loaded, secrets }) => {
        const to = loaded.config.awsProviderTokens ? 'aws' : 'database';
        const ring = keyRing(secrets.sealingKeys);
        const { moved, failed } = await moveTokens(db, { ring, to, actor: operator });
        const place = to === 'aws' ? 'AWS Secrets Manager' : 'the database';
        console.log(`Moved to ${place}: ${moved}; left where they are: ${failed.length}.`);
        for (const { accountId, reason } of failed) console.log(`Account ${accountId}: ${reason}`);
        if (failed.length > 0) process.exitCode = 1;
      });
    });

  keys
    .command('rotate')
    .description(
      'seal everything with the first of SEALING_KEYS while the app goes on, and say which key may go',
    )
    .option('--data-dir <path>', 'folder of the embedded database')
    .action(async (options: CommonOptions) => {
      const { withSession } = await import('./session.ts');
      const { countByKey, keyRing, reseal } = await import('../platform/seal.ts');
      await withSession(options, async ({ db, secrets }) => {
        const ring = keyRing(secrets.sealingKeys);
        const { resealed, failed } = await reseal(db, ring);
        console.log(`Sealed anew with key ${ring[0].kid}: ${resealed}; could not be opened: ${failed}.`);
        const counts = await countByKey(db);
        for (const { kid } of ring.slice(1)) {
          const left = counts[kid] ?? 0;
          console.log(
            left === 0
              ? `Key ${kid} opens nothing any more: it may go from SEALING_KEYS once every process runs with the new ring.`
              : `Key ${kid} is still needed by ${left}: keep it and run this again.`,
          );
        }
        if (ring.length === 1) {
          console.log(
            'There is one key only. To change it: `chaski keys`, then SEALING_KEYS=<new>,<old>, restart every process, and run this again.',
          );
        }
        const lost = Object.keys(counts).filter((kid) => !ring.some((key) => key.kid === kid));
        if (lost.length > 0)
          console.log(
            `Not in the ring but still needed: ${lost.join(', ')}. Add the key and run this again.`,
          );
        if (failed > 0) process.exitCode = 1;
      });
    });
}

/** The workspace's numbers that are meant by these ids, WhatsApp's or our own. */
async function named(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const { listNumbers } = await import('../modules/numbers/index.ts');
  const numbers = await listNumbers(tx, { limit: 10_000 });
  return ids.map((given) => {
    const found = numbers.find(({ id, phoneNumberId }) => given === phoneNumberId || given === id);
    if (found === undefined) {
      throw errors.configuration(
        `--numbers: "${given}" is no number of this workspace. \`chaski number list\` shows them.`,
      );
    }
    return found.id;
  });
}

type TenantTx = import('../platform/db/index.ts').TenantTx;
