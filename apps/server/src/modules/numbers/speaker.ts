import type { ProviderName } from '@chaski/providers';
import { errors } from '../../platform/errors.ts';
import type { AccountId, WorkspaceId } from '../../platform/ids.ts';
import type { AddNumber, AddNumberDeps } from './add.ts';
import { type AppRow, appsFor } from './apps.ts';
import { accountRefElsewhere } from './queries.ts';
import { speakerRow } from './queries-account.ts';
import { openToken, type TokenRow } from './token.ts';

/** With whose credentials, where, and signed by whom a number or an account is spoken for. */
export interface Speaker {
  /** Null: an account of its own is made. */
  accountId: AccountId | null;
  /** Null: the account signs for itself (YCloud). */
  appId: string | null;
  provider: ProviderName;
  token: string;
  isMock: boolean;
  baseUrl: string;
  version: string;
  accountRef: string | null;
  warnings: string[];
}

export const graphBaseUrl = 'https://graph.facebook.com';
const ycloudBaseUrl = 'https://api.ycloud.com';
const ycloudVersion = 'v2';
const defaultGraphVersion = 'v24.0';
/** v20.0 ended in September 2026. WhatsApp answers older versions with the oldest living one. */
const oldestLivingVersion = 21;

/** `v24`, `24.0` and `v24.0` mean the same; anything else is refused. */
export function readGraphVersion(text: string): { version: string; warning: string | null } {
  const match = /^v?(\d{1,2})(?:\.0)?$/i.exec(text.trim());
  if (!match) {
    throw errors.invalidRequest([{ path: 'graphVersion', message: 'Write it like v24.0.' }]);
  }
  const major = Number(match[1]);
  const version = `v${major}.0`;
  return {
    version,
    warning:
      major < oldestLivingVersion
        ? `Graph API ${version} has expired; WhatsApp answers with its oldest living version. Use ${defaultGraphVersion}.`
        : null,
  };
}

type Deps = Pick<AddNumberDeps, 'db' | 'ring' | 'simulator' | 'graph' | 'ycloud'>;

/** Whoever brings a token of Meta's, or a `mock_` one of the simulator's. */
export async function speakerOfToken(
  deps: Deps,
  workspaceId: WorkspaceId,
  command: Pick<AddNumber, 'token' | 'accountRef' | 'appId' | 'baseUrl' | 'graphVersion'>,
): Promise<Speaker> {
  const token = tokenOf(command.token);
  const isMock = token.startsWith('mock_');
  if (isMock) requireSimulator(deps);
  const graph = readGraphVersion(command.graphVersion ?? deps.graph?.version ?? defaultGraphVersion);
  const app = await chooseApp(deps, workspaceId, command, isMock);
  return {
    accountId: null,
    appId: app.id,
    provider: 'cloud',
    token,
    isMock,
    baseUrl: isMock ? deps.simulator!.baseUrl : (command.baseUrl ?? deps.graph?.baseUrl ?? graphBaseUrl),
    version: graph.version,
    accountRef: command.accountRef ?? null,
    warnings: graph.warning ? [graph.warning] : [],
  };
}

/** Whoever brings an API key of YCloud's; one that begins with `mock_` is the simulator's. */
export function speakerOfKey(deps: Deps, key: string | undefined, accountRef: string | null): Speaker {
  const token = tokenOf(key);
  const isMock = token.startsWith('mock_');
  if (isMock) requireSimulator(deps);
  return {
    accountId: null,
    appId: null,
    provider: 'ycloud',
    token,
    isMock,
    baseUrl: isMock ? deps.simulator!.baseUrl : (deps.ycloud?.baseUrl ?? ycloudBaseUrl),
    version: ycloudVersion,
    accountRef,
    warnings: [],
  };
}

/** An account of the workspace, with the token it holds. Calls out where that lies in a vault. */
export async function speakerOfAccount(
  deps: Deps,
  workspaceId: WorkspaceId,
  accountId: string,
): Promise<Speaker> {
  const { held, ...speaker } = await accountSpoken(deps, workspaceId, accountId);
  const { sealed_token } = held;
  if (sealed_token === null) {
    throw errors.conflict('token_missing', 'This account has no access token yet. Add one.', { accountId });
  }
  return { ...speaker, token: await openToken(deps.db, workspaceId, accountId, { ...held, sealed_token }) };
}

/** The same before its token is opened: whoever brings a new one does not need the old. */
export async function accountSpoken(
  deps: Deps,
  workspaceId: WorkspaceId,
  accountId: string,
): Promise<
  Omit<Speaker, 'token'> & { held: { sealed_token: string | null; token_in: TokenRow['token_in'] } }
> {
  const [rows] = await deps.db.readTenant(workspaceId, [
    { statement: speakerRow, values: [workspaceId, accountId] },
  ]);
  const row = rows?.[0] as
    | {
        id: AccountId;
        app_id: string;
        provider: ProviderName;
        sealed_token: string | null;
        token_in: TokenRow['token_in'];
        base_url: string;
        graph_version: string;
        account_ref: string | null;
        is_simulated: boolean;
      }
    | undefined;
  if (!row) throw errors.notFound('account', { accountId });
  if (row.is_simulated) requireSimulator(deps);
  return {
    accountId: row.id,
    appId: row.app_id,
    provider: row.provider,
    isMock: row.is_simulated,
    baseUrl: row.base_url,
    version: row.graph_version,
    accountRef: row.account_ref,
    warnings: [],
    held: { sealed_token: row.sealed_token, token_in: row.token_in },
  };
}

function tokenOf(given: string | undefined): string {
  const token = given?.trim() ?? '';
  if (token === '') throw errors.invalidRequest([{ path: 'token', message: 'An access token is needed.' }]);
  return token;
}

function requireSimulator(deps: Deps): void {
  if (deps.simulator !== null) return;
  throw errors.unprocessable(
    'no_simulator',
    'A mock_ token belongs to the simulator, and none runs here. Start without --no-demo, or use a real token.',
  );
}

/** Which app signs the webhooks: the simulator's, the named one, else the workspace's or the installation's. */
async function chooseApp(
  deps: Deps,
  workspaceId: WorkspaceId,
  command: Pick<AddNumber, 'accountRef' | 'appId'>,
  isMock: boolean,
): Promise<AppRow> {
  const { apps, refTaken } = await deps.db.withSystem('which app a new account hangs on', async (system) => ({
    apps: await appsFor(system, workspaceId),
    // Whoever names another workspace's account would get its notices.
    refTaken:
      !isMock && command.accountRef
        ? (await system.query(accountRefElsewhere, [command.accountRef, workspaceId])).length > 0
        : false,
  }));
  if (refTaken) {
    throw errors.conflict('account_taken', 'This account is already connected and cannot be added here.');
  }
  if (isMock) {
    const simulator = apps.find((app) => app.isSimulator);
    if (!simulator)
      throw errors.configuration(
        'A mock_ token belongs to the simulator, which this installation has not started yet. `chaski start` once, with the demo.',
      );
    return simulator;
  }
  const real = apps.filter((app) => !app.isSimulator);
  const chosen = command.appId
    ? real.find((app) => app.id === command.appId)
    : (real.find((app) => app.workspaceId !== null) ?? real.find((app) => app.isDefault));
  if (!chosen) {
    throw command.appId
      ? errors.notFound('app', { appId: command.appId })
      : errors.unprocessable(
          'no_app',
          'No Meta app is configured, so no webhook of this number could be trusted. Set APP_SECRETS, start once, or make an app with `chaski app add`.',
        );
  }
  return chosen;
}
