/**
 * Companies at YCloud. A company is known by its API key (a token); it and each of its webhook endpoints are kept as
 * apps, so that what is owed to an endpoint outlives a restart like everything else.
 */
import { createHash } from 'node:crypto';
import { saveAccount, saveToken } from './keep.ts';
import { type AddedNumber, addApp, addNumber } from './setup.ts';
import type { App, Token, World } from './world.ts';

/** A number under an API key. Its id is the number itself, as YCloud has it. */
export function addYcloudNumber(
  world: World,
  number: {
    token: string;
    phoneNumberId: string;
    displayPhoneNumber?: string;
    verifiedName?: string;
    accountId?: string;
  },
): AddedNumber {
  const digits = number.phoneNumberId.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15)
    throw new RangeError('YCloud knows a number by itself: +15550783881');
  const company = companyOf(world, number.token);
  const added = addNumber(world, {
    phoneNumberId: `+${digits}`,
    displayPhoneNumber: number.displayPhoneNumber ?? `+${digits}`,
    accountId: number.accountId ?? `8${digits}`,
    appId: company.appId,
    token: number.token,
    ...(number.verifiedName === undefined ? {} : { verifiedName: number.verifiedName }),
  });
  for (const endpoint of endpointsOf(world, company.appId)) listen(world, endpoint, added.accountId);
  return added;
}

/** The company of a key; one that was never heard of is made. */
export function companyOf(world: World, key: string): Token {
  const known = world.tokens.get(key);
  if (known) return known;
  const id = `ycloud-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  addApp(world, { id, secret: '', webhookUrl: '', verifyToken: '', ycloud: { company: id, events: [] } });
  const token: Token = {
    token: key,
    appId: id,
    accountIds: new Set(),
    scopes: new Set(['whatsapp_business_messaging', 'whatsapp_business_management']),
    expired: false,
  };
  world.tokens.set(key, token);
  saveToken(world, token);
  return token;
}

/** Endpoints that were not deleted, oldest first. */
export function endpointsOf(world: World, company: string): App[] {
  return [...world.apps.values()].filter(
    (app) => app.ycloud?.company === company && app.id !== company && app.webhookUrl !== '',
  );
}

/** Every account of the company speaks to this endpoint from now on. */
export function listen(world: World, endpoint: App, accountId: string): void {
  const account = world.accounts.get(accountId);
  if (!account || account.subscribed.has(endpoint.id)) return;
  account.subscribed.set(endpoint.id, null);
  saveAccount(world, account);
}
