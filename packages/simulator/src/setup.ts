/** What the world is furnished with: apps, accounts, numbers, tokens, templates. Adding the same again changes nothing. */
import { saveAccount, saveApp, saveNumber, saveToken } from './keep.ts';
import { waId } from './people.ts';
import { changeTemplate, type TemplateChange } from './template-life.ts';
import { type AddTemplate, makeTemplate, type Template } from './templates.ts';
import type { Account, App, Num, Scope, Token, World } from './world.ts';

export interface AddAccount {
  id: string;
  appId: string;
  token?: string;
  portfolioId?: string;
  templates?: AddTemplate[];
}

export interface AddNumber {
  phoneNumberId: string;
  displayPhoneNumber?: string;
  verifiedName?: string;
  /** Made up when it does not exist. */
  accountId?: string;
  /** For an account that is made up; default: the first app. */
  appId?: string;
  /** A token of its own, e.g. `mock_…`. */
  token?: string;
  /** Whether the 24-hour window holds. Default: as before, for a new number unless its token begins with `mock_`. */
  hasWindow?: boolean;
  /** Messages per second, default 80. */
  mps?: number;
  registered?: boolean;
}

export interface AddedNumber {
  phoneNumberId: string;
  displayPhoneNumber: string;
  accountId: string;
}

export function addApp(world: World, app: App): void {
  world.apps.set(app.id, { ...app });
  saveApp(world, app);
}

export function addAccount(world: World, account: AddAccount): void {
  if (!world.apps.has(account.appId)) throw new RangeError(`there is no app ${account.appId}`);
  const known = world.accounts.get(account.id);
  if (known) {
    known.subscribed.set(account.appId, known.subscribed.get(account.appId) ?? null);
    // Accounts change hands.
    known.portfolioId = account.portfolioId ?? known.portfolioId;
    saveAccount(world, known);
  } else {
    const added: Account = {
      id: account.id,
      portfolioId: account.portfolioId ?? `9${account.id}`,
      subscribed: new Map([[account.appId, null]]),
      templates: (account.templates ?? world.settings.templates).map((template) =>
        makeTemplate(world.ids.object('template'), template),
      ),
    };
    world.accounts.set(account.id, added);
    saveAccount(world, added, added.templates);
  }
  if (account.token) addToken(world, account.token, { appId: account.appId, accountId: account.id });
}

/** The number of one that was given none. */
function madeUp(phoneNumberId: string): string {
  const digits = phoneNumberId.replace(/\D/g, '').padStart(7, '0').slice(-7);
  return `+1 555 ${digits.slice(0, 3)} ${digits.slice(3)}`;
}

export function addNumber(world: World, number: AddNumber): AddedNumber {
  const known = world.numbers.get(number.phoneNumberId);
  const appId =
    number.appId ??
    (number.accountId && world.accounts.get(number.accountId)?.subscribed.keys().next().value) ??
    world.apps.keys().next().value;
  if (!appId) throw new RangeError('add an app first');
  const accountId = number.accountId ?? known?.accountId ?? `8${number.phoneNumberId}`;
  addAccount(world, { id: accountId, appId });
  const display = number.displayPhoneNumber ?? known?.displayPhoneNumber ?? madeUp(number.phoneNumberId);
  const mps = number.mps ?? known?.mps ?? 80;
  const next: Num = {
    id: number.phoneNumberId,
    displayPhoneNumber: display,
    digits: waId(display),
    verifiedName: number.verifiedName ?? known?.verifiedName ?? 'Demo business',
    accountId,
    mps,
    quality: known?.quality ?? 'GREEN',
    registered: number.registered ?? known?.registered ?? true,
    pin: known?.pin ?? null,
    hasWindow: number.hasWindow ?? (known?.hasWindow !== false && !number.token?.startsWith('mock_')),
    takesCalls: known?.takesCalls ?? true,
    profile: known?.profile ?? { about: 'Demo business', vertical: 'OTHER' },
    blocked: known?.blocked ?? new Set(),
    override: known?.override ?? null,
    serviceCount: known?.serviceCount ?? 0,
    throughput: known?.throughput ?? { tokens: mps, at: world.clock.now() },
  };
  // chats hold the object itself
  if (known) Object.assign(known, next);
  else world.numbers.set(next.id, next);
  saveNumber(world, next);
  if (number.token) addToken(world, number.token, { appId, accountId });
  return { phoneNumberId: next.id, displayPhoneNumber: next.displayPhoneNumber, accountId };
}

export function addToken(
  world: World,
  token: string,
  grant: { appId: string; accountId: string; scopes?: Scope[] },
): void {
  const known = world.tokens.get(token);
  if (known) {
    known.accountIds.add(grant.accountId);
    saveToken(world, known);
    return;
  }
  const added: Token = {
    token,
    appId: grant.appId,
    accountIds: new Set([grant.accountId]),
    scopes: new Set(grant.scopes ?? ['whatsapp_business_messaging', 'whatsapp_business_management']),
    expired: false,
  };
  world.tokens.set(token, added);
  saveToken(world, added);
}

export function setToken(world: World, token: string, change: { expired?: boolean; scopes?: Scope[] }): void {
  const known = world.tokens.get(token);
  if (!known) throw new RangeError('there is no such token');
  if (change.expired !== undefined) known.expired = change.expired;
  if (change.scopes !== undefined) known.scopes = new Set(change.scopes);
  saveToken(world, known);
}

export function addTemplate(world: World, accountId: string, template: AddTemplate): Template {
  const account = world.accounts.get(accountId);
  if (!account) throw new RangeError(`there is no account ${accountId}`);
  const made = makeTemplate(world.ids.object('template'), template);
  account.templates = account.templates.filter(
    (known) => known.name !== made.name || known.language !== made.language,
  );
  account.templates.push(made);
  saveAccount(world, account, [made]);
  return made;
}

/** All languages of a template at once. */
export function changeTemplates(world: World, accountId: string, name: string, change: TemplateChange): void {
  const account = world.accounts.get(accountId);
  const found = account?.templates.filter((template) => template.name === name) ?? [];
  if (!account || found.length === 0) throw new RangeError(`there is no template ${name}`);
  for (const template of found) changeTemplate(world, account, template, change);
}
