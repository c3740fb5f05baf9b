import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type AccountId, type NumberId, newId, type WorkspaceId } from '../../platform/ids.ts';
import { type KeyRing, seal } from '../../platform/seal.ts';
import { requireRoom } from '../workspaces/index.ts';
import { type AppRow, appsFor } from './apps.ts';
import { tellNumber } from './change.ts';
import { askNumber, type CheckNumber } from './check.ts';
import { setToken, tokenPlace } from './credentials.ts';
import {
  accountForRef,
  accountRefElsewhere,
  countNumbers,
  insertAccount,
  insertNumber,
  lockNumbers,
} from './queries.ts';
import { getNumber, type NumberRow } from './read.ts';
import { routesFor } from './routing.ts';

/** The built-in WhatsApp, where one runs. */
export interface SimulatorDoor {
  baseUrl: string;
  /** Makes the phone number id known there; the same one twice is no error. */
  register(number: {
    phoneNumberId: string;
    displayPhoneNumber: string;
    token: string;
    /** The account it belongs to; its own when none was named. */
    accountId?: string;
  }): Promise<void> | void;
}

export interface AddNumberDeps {
  db: Database;
  ring: KeyRing;
  simulator: SimulatorDoor | null;
  /** What a new number starts as: `manual` leaves it pending until a superadmin approves it. The simulator's never wait. */
  approval: 'automatic' | 'manual';
  /** What stands above this module adds its own rows in the same transaction (the default workflow). */
  onNumberAdded?(tx: TenantTx, number: NumberRow): Promise<void>;
  /** Where the Graph API answers and in which version, unless an account says otherwise. */
  graph?: { baseUrl: string; version: string };
  /** Asks the provider whether the token may use the number. Only an operator may do without: it would let anyone claim any id. */
  checkNumber: CheckNumber | 'unchecked';
}

export interface AddNumber {
  phoneNumberId: string;
  displayPhoneNumber?: string | undefined;
  token: string;
  accountRef?: string | undefined;
  portfolioRef?: string | undefined;
  appId?: string | undefined;
  name?: string | undefined;
  /** From an operator only (CLI, environment), never from HTTP: it is where the token is sent. */
  baseUrl?: string | undefined;
  graphVersion?: string | undefined;
  /** Given only where an id must be known beforehand (demo). */
  id?: NumberId | undefined;
}

export const graphBaseUrl = 'https://graph.facebook.com';
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

/** What was asked outside before the transaction: which app, that the token may use the number, what it is called. */
export interface PreparedNumber {
  workspaceId: WorkspaceId;
  command: AddNumber;
  app: AppRow;
  phoneNumberId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  token: string;
  isMock: boolean;
  baseUrl: string;
  version: string;
  warnings: string[];
}

/**
 * Asks everybody who must agree to a new number: WhatsApp, or with a `mock_` token the simulator, where it is made.
 * Refused or unreachable: `number_not_reachable`. A number that is made there and then not stored does no harm.
 */
export async function prepareNumber(
  deps: AddNumberDeps,
  workspaceId: WorkspaceId,
  command: AddNumber,
): Promise<PreparedNumber> {
  const phoneNumberId = command.phoneNumberId.trim();
  if (!/^[A-Za-z0-9_.:-]{1,64}$/.test(phoneNumberId)) {
    throw errors.invalidRequest([
      { path: 'phoneNumberId', message: "WhatsApp's id of the number (digits), not the number itself." },
    ]);
  }
  if (command.token.trim() === '') {
    throw errors.invalidRequest([{ path: 'token', message: 'An access token is needed.' }]);
  }
  const token = command.token.trim();
  const isMock = token.startsWith('mock_');
  if (isMock && deps.simulator === null) {
    throw errors.unprocessable(
      'no_simulator',
      'A mock_ token belongs to the simulator, and none runs here. Start without --no-demo, or use a real token.',
    );
  }
  const graph = readGraphVersion(command.graphVersion ?? deps.graph?.version ?? defaultGraphVersion);
  const app = await chooseApp(deps, workspaceId, command, isMock, phoneNumberId);
  const baseUrl = isMock ? deps.simulator!.baseUrl : (command.baseUrl ?? deps.graph?.baseUrl ?? graphBaseUrl);
  let displayPhoneNumber = command.displayPhoneNumber?.trim() ?? '';
  let verifiedName = command.name ?? '';
  if (!isMock) {
    const told = await askNumber(deps, {
      credential: { token, baseUrl, version: graph.version },
      phoneNumberId,
      accountRef: command.accountRef ?? null,
    });
    displayPhoneNumber ||= told?.displayPhoneNumber ?? '';
    verifiedName ||= told?.verifiedName ?? '';
  }
  // Shown until WhatsApp tells the real one: webhooks carry it.
  displayPhoneNumber ||= phoneNumberId;
  if (isMock) {
    await deps.simulator!.register({
      phoneNumberId,
      displayPhoneNumber,
      token,
      ...(command.accountRef ? { accountId: command.accountRef } : {}),
    });
  }
  return {
    workspaceId,
    command,
    app,
    phoneNumberId,
    displayPhoneNumber,
    verifiedName,
    token,
    isMock,
    baseUrl,
    version: graph.version,
    warnings: graph.warning ? [graph.warning] : [],
  };
}

/** Connects a number that `prepareNumber` asked about. The first number of a workspace becomes its default. */
export async function addNumber(
  tx: TenantTx,
  deps: AddNumberDeps,
  prepared: PreparedNumber,
): Promise<{ number: NumberRow; warnings: string[] }> {
  const { command, app, phoneNumberId, displayPhoneNumber, verifiedName, isMock } = prepared;
  if (prepared.workspaceId !== tx.workspaceId) throw new Error('a number was prepared for another workspace');
  await tx.execute(lockNumbers, [tx.workspaceId]);
  const [counted] = await tx.query<{ count: number; has_default: boolean }>(countNumbers, [tx.workspaceId]);
  await requireRoom(tx, tx.workspaceId, 'numbers', async () => counted?.count ?? 0);

  const accountId = await accountForToken(tx, deps, prepared);
  const id = command.id ?? newId<NumberId>(tx.now().getTime());
  const inserted = await tx.query(insertNumber, [
    tx.workspaceId,
    id,
    accountId,
    app.provider,
    phoneNumberId,
    displayPhoneNumber,
    verifiedName,
    isMock || deps.approval === 'automatic' ? 'active' : 'pending',
    !counted?.has_default,
    !isMock,
    80,
    tx.now().toISOString(),
  ]);
  if (inserted.length === 0) throw numberTaken();
  const number = await getNumber(tx, id);
  await deps.onNumberAdded?.(tx, number);
  const added = await getNumber(tx, id);
  await tellNumber(tx, added, { activated: added.status === 'active' });
  return { number: added, warnings: prepared.warnings };
}

/** Neutral: it does not say whose number it is. */
function numberTaken() {
  return errors.conflict(
    'number_taken',
    'This phone number id is already connected. A number is connected once; a new token for it goes to PATCH /v1/numbers/{id} or `chaski number token`.',
  );
}

/** Which app signs this number's webhooks: the simulator's, the named one, else the workspace's or the installation's. */
async function chooseApp(
  deps: AddNumberDeps,
  workspaceId: WorkspaceId,
  command: AddNumber,
  isMock: boolean,
  phoneNumberId: string,
): Promise<AppRow> {
  const { taken, apps, refTaken } = await deps.db.withSystem(
    'which app a new number hangs on',
    async (system) => ({
      // Before anybody is asked: the simulator would give the number another token. The insert has the last word.
      taken: (await routesFor(system, [phoneNumberId])).has(phoneNumberId),
      apps: await appsFor(system, workspaceId),
      // Whoever names another workspace's account would get its notices.
      refTaken:
        !isMock && command.accountRef
          ? (await system.query(accountRefElsewhere, [command.accountRef, workspaceId])).length > 0
          : false,
    }),
  );
  if (taken) throw numberTaken();
  if (refTaken) {
    throw errors.conflict('account_taken', 'This account is already connected and cannot be added here.');
  }
  if (isMock) {
    const simulator = apps.find((app) => app.isSimulator);
    if (!simulator) throw errors.configuration('The simulator has no app row; start the demo once.');
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
          'No Meta app is configured, so no webhook of this number could be trusted. Set META_APP_SECRET or add an app.',
        );
  }
  return chosen;
}

/** The account of that reference in this workspace gets the new token; a mock number always gets its own. */
async function accountForToken(
  tx: TenantTx,
  deps: AddNumberDeps,
  wanted: PreparedNumber,
): Promise<AccountId> {
  const { command, app, token, isMock, baseUrl, version } = wanted;
  if (!isMock && command.accountRef) {
    const [known] = await tx.query<{ id: string }>(accountForRef, [
      tx.workspaceId,
      command.accountRef,
      app.id,
      app.provider,
    ]);
    if (known) {
      await setToken(tx, deps, { accountId: known.id, token, baseUrl, graphVersion: version });
      return known.id as AccountId;
    }
  }
  const id = newId<AccountId>(tx.now().getTime());
  await tx.execute(insertAccount, [
    tx.workspaceId,
    id,
    app.provider,
    command.accountRef ?? null,
    command.portfolioRef ?? '',
    app.id,
    command.name ?? '',
    seal(deps.ring, tokenPlace(tx.workspaceId, id), token),
    baseUrl,
    version,
    tx.now().toISOString(),
  ]);
  return id;
}
