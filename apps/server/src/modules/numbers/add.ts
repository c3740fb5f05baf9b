import type { ProviderName } from '@chaski/providers';
import type { Database, TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { type AccountId, type NumberId, newId, type WorkspaceId } from '../../platform/ids.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { requireRoom } from '../workspaces/index.ts';
import { makeAccount } from './account-add.ts';
import { tellNumber } from './change.ts';
import { askNumber, type CheckNumber } from './check.ts';
import { setToken } from './credentials.ts';
import { accountForRef, countNumbers, insertNumber, lockNumbers } from './queries.ts';
import { learnRef } from './queries-account.ts';
import { getNumber, type NumberRow } from './read.ts';
import { routesFor } from './routing.ts';
import { type Speaker, speakerOfAccount, speakerOfToken } from './speaker.ts';
import { type KeptToken, keepToken } from './token.ts';

/** The built-in WhatsApp, where one runs. */
export interface SimulatorDoor {
  baseUrl: string;
  /** Makes the phone number id known there and answers its number; the same one twice is no error. */
  register(number: {
    phoneNumberId: string;
    /** Left out: as it was, and for a new one made up. */
    displayPhoneNumber?: string;
    /** Left out: it keeps the one it has. */
    token?: string;
    /** Whose API it is to be reached through. */
    provider: ProviderName;
    /** The account it belongs to; its own when none was named. */
    accountId?: string;
    /** Whether the 24-hour window holds for it. Left out: as it was, and not for a new `mock_` token. */
    hasWindow?: boolean;
  }): Promise<string>;
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
  ycloud?: { baseUrl: string };
  /** Asks the provider whether the token may use the number. Only an operator may do without: it would let anyone claim any id. */
  checkNumber: CheckNumber | 'unchecked';
}

export interface AddNumber {
  /** WhatsApp's id of the number; at YCloud the number itself. */
  phoneNumberId: string;
  displayPhoneNumber?: string | undefined;
  /** Either an access token, or an account of the workspace that has one. */
  token?: string | undefined;
  accountId?: string | undefined;
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

/** What was asked outside before the transaction: who speaks for the number, that they may use it, what it is called. */
export interface PreparedNumber {
  workspaceId: WorkspaceId;
  command: AddNumber;
  speaker: Speaker;
  phoneNumberId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  /** WhatsApp's id of the account, where the provider told it. */
  learnedRef: string | null;
  /** Null: the account has one. */
  token: KeptToken | null;
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
  const given = command.phoneNumberId.trim();
  // By a token alone it is at Meta: what is mistyped is told before anything is looked for.
  if (command.accountId === undefined) idOf(given, 'cloud');
  const speaker =
    command.accountId === undefined
      ? await speakerOfToken(deps, workspaceId, command)
      : await speakerOfAccount(deps, workspaceId, command.accountId);
  const phoneNumberId = idOf(given, speaker.provider);
  // Before anybody is asked: the simulator would give the number another token. The insert has the last word.
  const taken = await deps.db.withSystem('is a number connected already', async (system) =>
    (await routesFor(system, [phoneNumberId])).has(phoneNumberId),
  );
  if (taken) throw numberTaken();
  const { token, isMock, provider } = speaker;
  let displayPhoneNumber = command.displayPhoneNumber?.trim() ?? '';
  let verifiedName = command.name ?? '';
  let learnedRef: string | null = null;
  if (!isMock) {
    const told = await askNumber(deps, {
      credential: { provider, token, baseUrl: speaker.baseUrl, version: speaker.version },
      phoneNumberId,
      accountRef: speaker.accountRef,
    });
    displayPhoneNumber ||= told?.displayPhoneNumber ?? '';
    verifiedName ||= told?.verifiedName ?? '';
    learnedRef = told?.accountRef ?? null;
  }
  if (isMock) {
    displayPhoneNumber = await deps.simulator!.register({
      phoneNumberId,
      ...(displayPhoneNumber ? { displayPhoneNumber } : {}),
      token,
      provider,
      ...(speaker.accountRef ? { accountId: speaker.accountRef } : {}),
    });
  }
  return {
    workspaceId,
    command,
    speaker,
    phoneNumberId,
    // At Meta the id is shown until webhooks tell the number; at YCloud the id is the number.
    displayPhoneNumber: displayPhoneNumber || phoneNumberId,
    verifiedName,
    learnedRef,
    token: speaker.accountId === null ? await keepToken(deps.db, workspaceId, token) : null,
  };
}

/** Meta's ids are digits, without a plus; YCloud's numbers are named by themselves, with one: the two never meet. */
function idOf(given: string, provider: ProviderName): string {
  if (provider === 'ycloud') {
    const digits = /^\+?[\d\s().-]+$/.test(given) ? given.replace(/\D/g, '') : '';
    if (digits.length >= 7 && digits.length <= 15) return `+${digits}`;
    throw errors.invalidRequest([
      { path: 'phoneNumberId', message: 'YCloud knows a number by itself: write it like +15550783881.' },
    ]);
  }
  if (!/^[A-Za-z0-9_.:-]{1,64}$/.test(given)) {
    throw errors.invalidRequest([
      { path: 'phoneNumberId', message: "WhatsApp's id of the number (digits), not the number itself." },
    ]);
  }
  return given;
}

/** Connects a number that `prepareNumber` asked about. The first number of a workspace becomes its default. */
export async function addNumber(
  tx: TenantTx,
  deps: AddNumberDeps,
  prepared: PreparedNumber,
): Promise<{ number: NumberRow; warnings: string[] }> {
  const { command, speaker, phoneNumberId, displayPhoneNumber, verifiedName } = prepared;
  const { isMock } = speaker;
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
    speaker.provider,
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
  return { number: added, warnings: speaker.warnings };
}

/** Neutral: it does not say whose number it is. */
function numberTaken() {
  return errors.conflict(
    'number_taken',
    'This phone number id is already connected. A number is connected once; a new token for it goes to PATCH /v1/numbers/{id} or `chaski number token`.',
  );
}

/** The account named, or of that reference, gets the number; a mock token always makes one of its own. */
async function accountForToken(
  tx: TenantTx,
  deps: AddNumberDeps,
  { command, speaker, learnedRef, token }: PreparedNumber,
): Promise<AccountId> {
  const { isMock, baseUrl, version, provider, appId } = speaker;
  if (speaker.accountId !== null) {
    if (learnedRef !== null) await tx.execute(learnRef, [tx.workspaceId, speaker.accountId, learnedRef]);
    return speaker.accountId;
  }
  if (token === null) throw new Error('a number was prepared without the token of its new account');
  if (!isMock && command.accountRef) {
    const [known] = await tx.query<{ id: string }>(accountForRef, [
      tx.workspaceId,
      command.accountRef,
      appId,
      provider,
    ]);
    if (known) {
      await setToken(tx, deps, { accountId: known.id, token, baseUrl, graphVersion: version });
      return known.id as AccountId;
    }
  }
  return makeAccount(tx, deps, {
    speaker,
    token,
    ref: command.accountRef ?? null,
    portfolioRef: command.portfolioRef ?? '',
    name: command.name ?? '',
    webhookSecret: null,
  });
}
