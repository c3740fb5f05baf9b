/**
 * How bytes reach WhatsApp. One provider so far: `cloud`, Meta's Cloud API.
 *
 * Words: see `contract.ts` (item, address, outcome). Files are verbs: `verify` a signature, `parse` a body into
 * items, `build` the JSON of a message, `send` it, fetch and put `media`; `errors` says when a refused request may
 * be tried again, `phone` finds the other spellings of a number.
 *
 * Rules: parse never throws and drops nothing authentic · what leaves parse can be stored (no NUL, no lone
 * surrogates, at most 64 levels) · send never throws; what is not certain is `unknown` · the bearer token goes to
 * the credential's own address and to Meta's file hosts only · nothing here knows a database or a tenant.
 */

import { createAgent } from './cloud/http.ts';
import { downloadMedia, mediaInfo, uploadMedia } from './cloud/media.ts';
import { numberInfo } from './cloud/number.ts';
import { parse } from './cloud/parse.ts';
import { markRead, send } from './cloud/send.ts';
import { templateCalls } from './cloud/template-write.ts';
import { listTemplates } from './cloud/templates.ts';
import { verify } from './cloud/verify.ts';
import type { Provider } from './contract.ts';

export { buildMessage, mediaIdsOf, replaceMediaIds } from './cloud/build.ts';
export { retryClass } from './cloud/errors.ts';
export { parse } from './cloud/parse.ts';
export { isUserId, normalizeRecipient, phoneVariants } from './cloud/phone.ts';
export type { TemplateCalls, TemplateOutcome, TemplateToWrite } from './cloud/template-calls.ts';
export { verify } from './cloud/verify.ts';
export * from './contract.ts';

/** `maxConnections` per host; 80 messages a second at 200 ms each need 16, 1,000 need 200. */
export function createCloudProvider(options: { maxConnections?: number } = {}): Provider {
  const agent = createAgent(options.maxConnections ?? 128);
  return {
    name: 'cloud',
    verify,
    parse,
    send: (call) => send(agent, call),
    markRead: (call) => markRead(agent, call),
    numberInfo: (call) => numberInfo(agent, call),
    listTemplates: (call) => listTemplates(agent, call),
    ...templateCalls(agent),
    mediaInfo: (call) => mediaInfo(agent, call),
    downloadMedia: (call) => downloadMedia(agent, call),
    uploadMedia: (call) => uploadMedia(agent, call),
    // Not `close`: that waits for calls in flight, and a hanging one would hold up the shutdown.
    close: () => agent.destroy(),
  };
}
