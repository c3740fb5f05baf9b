/**
 * How bytes reach WhatsApp: `cloud`, Meta's Cloud API, and `ycloud`, which stands between a business and Meta.
 *
 * Words: see `contract.ts` (item, address, outcome). Files are verbs: `verify` a signature, `parse` a body into
 * items, `build` the JSON of a message, `send` it, fetch and put `media`, `subscribe` to webhooks; `errors` says when a
 * refused request may be tried again, `phone` finds the other spellings of a number.
 *
 * Rules: parse never throws and drops nothing authentic · what leaves parse can be stored (no NUL, no lone
 * surrogates, at most 64 levels) · send never throws; what is not certain is `unknown` · a token or key goes to the
 * credential's own address and to the provider's file hosts only · nothing here knows a database or a tenant.
 */

import { accountInfo } from './cloud/account.ts';
import { createAgent } from './cloud/http.ts';
import { downloadMedia, mediaInfo, uploadMedia } from './cloud/media.ts';
import { numberInfo } from './cloud/number.ts';
import { owner } from './cloud/owner.ts';
import { parse as parseCloud } from './cloud/parse.ts';
import { changeProfile, profile } from './cloud/profile.ts';
import { markRead, send } from './cloud/send.ts';
import { subscribe } from './cloud/subscribe.ts';
import { templateDays } from './cloud/template-days.ts';
import { templateCalls } from './cloud/template-write.ts';
import { listTemplates } from './cloud/templates.ts';
import { verify as verifyCloud } from './cloud/verify.ts';
import {
  type Credential,
  type InboundItem,
  type Provider,
  type ProviderName,
  providerNames,
} from './contract.ts';
import { accountInfo as accountInfoYcloud } from './ycloud/account.ts';
import { subscribe as subscribeYcloud, unsubscribe } from './ycloud/endpoint.ts';
import {
  downloadMedia as downloadYcloud,
  mediaInfo as mediaInfoYcloud,
  uploadMedia as uploadYcloud,
} from './ycloud/media.ts';
import { numberInfo as numberInfoYcloud } from './ycloud/number.ts';
import { parse as parseYcloud } from './ycloud/parse.ts';
import { noProfile } from './ycloud/profile.ts';
import { markRead as markReadYcloud, send as sendYcloud } from './ycloud/send.ts';
import { templateCalls as templateCallsYcloud } from './ycloud/template-calls.ts';
import { listTemplates as listTemplatesYcloud } from './ycloud/templates.ts';
import { verify as verifyYcloud } from './ycloud/verify.ts';

export { buildMessage, mediaIdsOf, replaceMediaIds } from './cloud/build.ts';
export { retryClass } from './cloud/errors.ts';
export { isUserId, normalizeRecipient, phoneVariants } from './cloud/phone.ts';
export type { TemplateCalls, TemplateOutcome, TemplateToWrite } from './cloud/template-calls.ts';
export * from './contract.ts';

interface ProviderOptions {
  /** `maxConnections` per host; 80 messages a second at 200 ms each need 16, 1,000 need 200. */
  maxConnections?: number;
}

/** Meta's Cloud API. */
export function createCloudProvider(options: ProviderOptions = {}): Provider {
  const agent = createAgent(options.maxConnections ?? 128);
  return {
    name: 'cloud',
    signatureHeader: 'x-hub-signature-256',
    verify: verifyCloud,
    parse: parseCloud,
    send: (call) => send(agent, call),
    markRead: (call) => markRead(agent, call),
    numberInfo: (call) => numberInfo(agent, call),
    accountInfo: (call) => accountInfo(agent, call),
    profile: (call) => profile(agent, call),
    changeProfile: (call) => changeProfile(agent, call),
    subscribe: (call) => subscribe(agent, call),
    owner: (call) => owner(agent, call),
    // An account's app may serve other systems too: it stays subscribed.
    unsubscribe: async () => {},
    listTemplates: (call) => listTemplates(agent, call),
    templateDays: (call) => templateDays(agent, call),
    ...templateCalls(agent),
    mediaInfo: (call) => mediaInfo(agent, call),
    downloadMedia: (call) => downloadMedia(agent, call),
    uploadMedia: (call) => uploadMedia(agent, call),
    // Not `close`: that waits for calls in flight, and a hanging one would hold up the shutdown.
    close: () => agent.destroy(),
  };
}

/** YCloud's API v2. A number is called by itself here: `+15550783881` is its phone number id. */
export function createYcloudProvider(options: ProviderOptions = {}): Provider {
  const agent = createAgent(options.maxConnections ?? 128);
  return {
    name: 'ycloud',
    signatureHeader: 'ycloud-signature',
    verify: verifyYcloud,
    parse: parseYcloud,
    send: (call) => sendYcloud(agent, call),
    markRead: (call) => markReadYcloud(agent, call),
    numberInfo: (call) => numberInfoYcloud(agent, call),
    accountInfo: (call) => accountInfoYcloud(agent, call),
    profile: noProfile,
    changeProfile: noProfile,
    subscribe: (call) => subscribeYcloud(agent, call),
    owner: async () => ({ outcome: 'refused', reason: 'YCloud does not tell whose an account is' }),
    unsubscribe: (call) => unsubscribe(agent, call),
    listTemplates: (call) => listTemplatesYcloud(agent, call),
    templateDays: async () => ({ outcome: 'refused', reason: 'YCloud does not tell what templates became' }),
    ...templateCallsYcloud,
    mediaInfo: () => mediaInfoYcloud(),
    downloadMedia: (call) => downloadYcloud(agent, call),
    uploadMedia: (call) => uploadYcloud(agent, call),
    close: () => agent.destroy(),
  };
}

/** Calls that carry a credential, and go to the provider that it belongs to. */
export type Calls = Omit<Provider, 'name' | 'signatureHeader' | 'verify' | 'parse' | 'close'>;

export interface Providers extends Calls {
  /** By name, as numbers.provider says. */
  named(name: string): Provider | undefined;
  close(): Promise<void>;
}

/** All providers behind one door. */
export function createProviders(options: ProviderOptions = {}): Providers {
  const all: Record<ProviderName, Provider> = {
    cloud: createCloudProvider(options),
    ycloud: createYcloudProvider(options),
  };
  const of = ({ credential }: { credential: Credential }): Provider => all[credential.provider];
  return {
    named: (name) => (isProviderName(name) ? all[name] : undefined),
    send: (call) => of(call).send(call),
    markRead: (call) => of(call).markRead(call),
    numberInfo: (call) => of(call).numberInfo(call),
    accountInfo: (call) => of(call).accountInfo(call),
    profile: (call) => of(call).profile(call),
    changeProfile: (call) => of(call).changeProfile(call),
    subscribe: (call) => of(call).subscribe(call),
    owner: (call) => of(call).owner(call),
    unsubscribe: (call) => of(call).unsubscribe(call),
    listTemplates: (call) => of(call).listTemplates(call),
    templateDays: (call) => of(call).templateDays(call),
    createTemplate: (call) => of(call).createTemplate(call),
    editTemplate: (call) => of(call).editTemplate(call),
    deleteTemplate: (call) => of(call).deleteTemplate(call),
    findTemplate: (call) => of(call).findTemplate(call),
    uploadSample: (call) => of(call).uploadSample(call),
    mediaInfo: (call) => of(call).mediaInfo(call),
    downloadMedia: (call) => of(call).downloadMedia(call),
    uploadMedia: (call) => of(call).uploadMedia(call),
    close: async () => {
      await Promise.all(providerNames.map((name) => all[name].close()));
    },
  };
}

const isProviderName = (name: string): name is ProviderName =>
  (providerNames as readonly string[]).includes(name);

const parsers: Record<ProviderName, Provider['parse']> = { cloud: parseCloud, ycloud: parseYcloud };
const verifiers: Record<ProviderName, Provider['verify']> = { cloud: verifyCloud, ycloud: verifyYcloud };

/** The items of a body, by the provider it came from (a raw event's `source`). Never throws. */
export function parse(raw: Uint8Array, source = 'cloud'): InboundItem[] {
  return parsers[isProviderName(source) ? source : 'cloud'](raw);
}

/** Which secret signed a body of this provider; -1 = none. */
export function verify(source: ProviderName, ...args: Parameters<Provider['verify']>): number {
  return verifiers[source](...args);
}
