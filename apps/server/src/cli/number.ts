import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { AddNumberDeps } from '../modules/numbers/index.ts';
import { errors } from '../platform/errors.ts';
import { readRunning } from '../running.ts';
import type { Secrets } from '../secrets.ts';
import type { CommonOptions, Loaded } from './environment.ts';

type NumberOptions = CommonOptions & {
  phoneNumberId: string;
  display?: string;
  tokenFile?: string;
  account?: string;
  portfolio?: string;
  app?: string;
  name?: string;
  graphVersion?: string;
  workspace?: string;
  json?: boolean;
};

/** `chaski number add`: connects a WhatsApp number. */
export function addNumber(program: Command): void {
  const number = program.command('number').description('WhatsApp numbers');
  number
    .command('add')
    .description('connect a number')
    .requiredOption('--phone-number-id <id>', "WhatsApp's id of the number, not the number itself")
    .option(
      '--token-file <path>',
      'file with its access token (- is standard input); else WHATSAPP_ACCESS_TOKEN',
    )
    .option('--display <number>', 'the number as people write it')
    .option('--account <id>', "the WhatsApp Business account's id")
    .option('--portfolio <id>', "the business portfolio's id")
    .option('--app <id>', 'the app whose secret signs its webhooks')
    .option('--name <name>', 'what people see')
    .option('--graph-version <version>', 'Graph API version of its account')
    .option('--workspace <id>', 'the workspace; without it the only one')
    .option('--data-dir <path>', 'folder of the embedded database')
    .option('--json', 'one JSON object a line')
    .action(async (options: NumberOptions) => {
      const { chooseWorkspace, operator, show, withSession } = await import('./session.ts');
      const { addNumber: connect, setDefaultWorkflow } = await import('../modules/numbers/index.ts');
      const { ensureDefaults } = await import('../modules/workflows/index.ts');
      const { keyRing } = await import('../platform/seal.ts');
      await withSession(options, async ({ db, loaded, secrets }) => {
        const { config } = loaded;
        const token = readToken(options.tokenFile, config);
        const workspace = await chooseWorkspace(db, options.workspace);
        const deps: AddNumberDeps = {
          db,
          ring: keyRing(secrets.sealingKeys),
          simulator: simulatorDoor(loaded, secrets),
          approval: 'automatic', // whoever types here is the operator
          async onNumberAdded(tx, added) {
            const workflow = await ensureDefaults(tx, tx.workspaceId, added.id);
            await setDefaultWorkflow(tx, added.id, workflow.id);
          },
        };
        const { number: added, warnings } = await db.withTenant(workspace, operator, (tx) =>
          connect(tx, deps, {
            phoneNumberId: options.phoneNumberId,
            token,
            displayPhoneNumber: options.display,
            accountRef: options.account,
            portfolioRef: options.portfolio,
            appId: options.app,
            name: options.name,
            graphVersion: options.graphVersion ?? config.graphApiVersion,
            baseUrl: config.graphBaseUrl,
          }),
        );
        for (const warning of warnings) console.error(`! ${warning}`);
        show([added], options.json);
      });
    });
}

/** Never an argument: those show in the list of processes and in the shell's history. */
function readToken(file: string | undefined, config: Config): string {
  const token =
    file === undefined ? config.whatsappAccessToken : readFileSync(file === '-' ? 0 : file, 'utf8').trim();
  if (token === undefined || token === '') {
    throw errors.configuration(
      'There is no access token. Give --token-file <path>, or set WHATSAPP_ACCESS_TOKEN.',
    );
  }
  return token;
}

/** The simulator of the running demo, over its admin API; it lives in another process than this command. */
function simulatorDoor({ config, dataDir }: Loaded, secrets: Secrets) {
  const key = config.simulatorUrl === undefined ? secrets.simulatorAdminKey : (config.simulatorKey ?? null);
  if (!config.demo || key === null) return null;
  const baseUrl =
    config.simulatorUrl ?? readRunning(dataDir)?.simulatorUrl ?? `http://127.0.0.1:${config.simulatorPort}`;
  return {
    baseUrl,
    async register(number: {
      phoneNumberId: string;
      displayPhoneNumber: string;
      token: string;
    }): Promise<void> {
      const answer = await fetch(`${baseUrl}/_sim/numbers?key=${encodeURIComponent(key)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(number),
      }).catch((cause: unknown) => {
        throw errors.configuration(
          `A mock_ token belongs to the simulator, and none answers at ${baseUrl} (${cause instanceof Error ? cause.message : cause}). Start the demo first.`,
        );
      });
      if (!answer.ok && answer.status !== 409) {
        throw errors.configuration(`The simulator refused the number: ${await answer.text()}`);
      }
    },
  };
}
