import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { AddNumberDeps, NumberRow, SimulatorDoor } from '../modules/numbers/index.ts';
import type { Database } from '../platform/db/index.ts';
import { errors } from '../platform/errors.ts';
import { readRunning } from '../running.ts';
import type { Secrets } from '../secrets.ts';
import { readGiven } from './arguments.ts';
import type { CommonOptions, Loaded } from './environment.ts';
import { show } from './show.ts';

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
  unchecked?: boolean;
  json?: boolean;
};

/** What a person wants to know of it; scripts get everything. */
const brief = (
  row: Pick<NumberRow, 'phoneNumberId' | 'displayPhoneNumber' | 'verifiedName' | 'status' | 'workspaceId'>,
) => ({
  phoneNumberId: row.phoneNumberId,
  number: row.displayPhoneNumber,
  name: row.verifiedName,
  status: row.status,
  workspace: row.workspaceId,
});

/** `chaski number`: connects a WhatsApp number, gives it a new token, approves and suspends it. */
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
    .option('--workspace <id or name>', 'the workspace; without it the only one')
    .option('--unchecked', 'believe the token: WhatsApp is not asked whether it may use the number')
    .option('--data-dir <path>', 'folder of the embedded database')
    .option('--json', 'one JSON object a line')
    .action(async (options: NumberOptions) => {
      const { chooseWorkspace, operator, withSession } = await import('./session.ts');
      const {
        addNumber: connect,
        prepareNumber,
        setDefaultWorkflow,
      } = await import('../modules/numbers/index.ts');
      const { ensureDefaults } = await import('../modules/workflows/index.ts');
      const { registerJobs } = await import('../platform/queue/index.ts');
      const { keyRing } = await import('../platform/seal.ts');
      await withSession(options, async ({ db, loaded, secrets }) => {
        const { config } = loaded;
        await registerJobs(db); // the app may not have run with this version yet
        const token = readToken(options.tokenFile, config);
        const workspace = await chooseWorkspace(db, options.workspace);
        const command = {
          phoneNumberId: options.phoneNumberId,
          token,
          displayPhoneNumber: options.display,
          accountRef: options.account,
          portfolioRef: options.portfolio,
          appId: options.app,
          name: options.name,
          graphVersion: options.graphVersion,
        };
        const { number: added, warnings } = await asking(options, async (checkNumber) => {
          const deps: AddNumberDeps = {
            db,
            ring: keyRing(secrets.sealingKeys),
            simulator: await simulatorDoor(loaded, secrets),
            approval: 'automatic', // whoever types here is the operator
            graph: { baseUrl: config.graphBaseUrl, version: config.graphApiVersion },
            ycloud: { baseUrl: config.ycloudBaseUrl },
            checkNumber,
            async onNumberAdded(tx, added) {
              const workflow = await ensureDefaults(tx, tx.workspaceId, added.id);
              await setDefaultWorkflow(tx, added.id, workflow.id);
            },
          };
          const prepared = await prepareNumber(deps, workspace, command);
          return db.withTenant(workspace, operator, (tx) => connect(tx, deps, prepared));
        });
        for (const warning of warnings) console.error(`! ${warning}`);
        show([options.json ? added : brief(added)], options.json);
      });
    });

  const ofOne = (command: Command): Command =>
    command
      .option('--data-dir <path>', 'folder of the embedded database')
      .option('--json', 'one JSON object a line');

  ofOne(
    number
      .command('list')
      .description('all of them, oldest first')
      .option('--status <status>', 'only these: pending, active, refused or suspended'),
  ).action(async (options: NumberOptions & { status?: string }) => {
    const { withSession } = await import('./session.ts');
    const { listNumbersEverywhere } = await import('../modules/numbers/index.ts');
    await withSession(options, async ({ db }) => {
      const rows = await db.withSystem('list numbers for the command line', (tx) =>
        listNumbersEverywhere(
          tx,
          { status: parseStatus(options.status), workspaceId: null },
          { limit: 10_000, after: null },
        ),
      );
      show(rows.map(brief), options.json);
    });
  });

  ofOne(number.command('token <phone-number-id>').description('give its account a new token; ends a pause'))
    .option('--token-file <path>', 'file with the token (- is standard input); else WHATSAPP_ACCESS_TOKEN')
    .option('--unchecked', 'believe the token: WhatsApp is not asked whether it may use the number')
    .action(async (phoneNumberId: string, options: NumberOptions) => {
      const { operator, withSession } = await import('./session.ts');
      const { askToken, getNumber, keepToken, setToken } = await import('../modules/numbers/index.ts');
      const { keyRing } = await import('../platform/seal.ts');
      await withSession(options, async ({ db, loaded, secrets }) => {
        const token = readToken(options.tokenFile, loaded.config);
        const { workspaceId, numberId } = await find(db, phoneNumberId);
        const read = () => db.withTenant(workspaceId, operator, (tx) => getNumber(tx, numberId));
        const before = await read();
        await asking(options, (checkNumber) => askToken({ db, checkNumber }, before, token));
        const kept = await keepToken(db, workspaceId, token);
        await db.withTenant(workspaceId, operator, (tx) =>
          setToken(
            tx,
            { db, ring: keyRing(secrets.sealingKeys) },
            { accountId: before.accountId, token: kept },
          ),
        );
        const after = await read();
        show([options.json ? after : brief(after)], options.json);
      });
    });

  ofOne(
    number
      .command('approve <phone-number-id>')
      .description('a pending or suspended number may send and receive; what waited for that is applied'),
  ).action(async (phoneNumberId: string, options: NumberOptions) => {
    const { operator, withSession } = await import('./session.ts');
    const { decideNumber } = await import('../modules/numbers/index.ts');
    const { replayNumber } = await import('../modules/inbound/index.ts');
    const { parse } = await import('@chaski/providers');
    await withSession(options, async ({ db, log }) => {
      const { workspaceId, numberId } = await find(db, phoneNumberId);
      const approve = { status: 'active', reason: null, actor: operator } as const;
      const decided = await db.withTenant(workspaceId, operator, (tx) =>
        decideNumber(tx, { workspaceId, id: numberId }, approve),
      );
      show([options.json ? decided : brief(decided)], options.json);
      const { parked } = await replayNumber({ db, parse, log }, phoneNumberId);
      if (parked > 0) {
        console.error(`${parked} could still not be applied; \`chaski replay --list\` says why.`);
        process.exitCode = 1;
      }
    });
  });

  ofOne(
    number
      .command('suspend <phone-number-id>')
      .description('what comes for it is kept for later; nothing is sent')
      .option('--reason <text>', 'what its workspace is told'),
  ).action(async (phoneNumberId: string, options: NumberOptions & { reason?: string }) => {
    const { operator, withSession } = await import('./session.ts');
    const { decideNumber } = await import('../modules/numbers/index.ts');
    await withSession(options, async ({ db }) => {
      const { workspaceId, numberId } = await find(db, phoneNumberId);
      const suspend = { status: 'suspended', reason: options.reason ?? null, actor: operator } as const;
      const decided = await db.withTenant(workspaceId, operator, (tx) =>
        decideNumber(tx, { workspaceId, id: numberId }, suspend),
      );
      show([options.json ? decided : brief(decided)], options.json);
    });
  });
}

/** Whose a number is, whatever the workspace: its id exists once. */
async function find(db: Database, phoneNumberId: string) {
  const { routesFor } = await import('../modules/numbers/index.ts');
  const routes = await db.withSystem('find a number for the command line', (tx) =>
    routesFor(tx, [phoneNumberId]),
  );
  const found = routes.get(phoneNumberId);
  if (found === undefined) throw errors.configuration(`No number ${phoneNumberId} is connected.`);
  return found;
}

/** With somebody who asks WhatsApp, or with --unchecked nobody. */
async function asking<T>(
  options: NumberOptions,
  work: (checkNumber: AddNumberDeps['checkNumber']) => Promise<T>,
): Promise<T> {
  if (options.unchecked) return work('unchecked');
  const { createProviders } = await import('@chaski/providers');
  const provider = createProviders();
  try {
    return await work((call) => provider.numberInfo(call));
  } finally {
    await provider.close();
  }
}

/** Never an argument: those show in the list of processes and in the shell's history. */
function readToken(file: string | undefined, config: Config): string {
  const token = file === undefined ? config.whatsappAccessToken : readGiven('--token-file', file).trim();
  if (token === undefined || token === '') {
    throw errors.configuration(
      'There is no access token. Give --token-file <path>, or set WHATSAPP_ACCESS_TOKEN.',
    );
  }
  return token;
}

const statuses = ['pending', 'active', 'refused', 'suspended'] as const;

function parseStatus(given: string | undefined): (typeof statuses)[number] | null {
  if (given === undefined) return null;
  const status = statuses.find((one) => one === given);
  if (status === undefined)
    throw errors.configuration(`--status: "${given}" is none of ${statuses.join(', ')}.`);
  return status;
}

/** The simulator of the running demo; it lives in another process than this command. */
async function simulatorDoor({ config, dataDir }: Loaded, secrets: Secrets): Promise<SimulatorDoor | null> {
  const key = config.simulatorUrl === undefined ? secrets.simulatorAdminKey : (config.simulatorKey ?? null);
  if (!config.demo || key === null) return null;
  const { reachSimulator } = await import('../simulator.ts');
  return reachSimulator(
    config.simulatorUrl ?? readRunning(dataDir)?.simulatorUrl ?? `http://127.0.0.1:${config.simulatorPort}`,
    key,
  );
}
