/**
 * numbers: which phone numbers exist, whose they are, and with what credentials they speak.
 *
 * Words: an *app* signs webhooks (its *secrets*, several while one is being rotated); an *account* is the WhatsApp
 * Business account, bound to one app, and holds the sealed token or the name that it has in a *vault* (at YCloud an API
 * key, and the secret with which YCloud signs for it: it is its own app); it is *subscribed* when its provider sends
 * webhooks here; a *number* hangs on an account; a *route* is what a batch must know about a number; a *notice* is what
 * WhatsApp says about accounts and numbers.
 * Tables: apps, app_secrets (of the installation), accounts, numbers, number_leases (rows written by messages'
 * delivery), notices.
 * States of a number: pending → active | refused, refused → active, active ⇄ suspended (by the operator or by the
 * workspace; each may wake what it put to rest, the operator everything). An account may be paused (its token died); a new token ends that.
 *
 * Always true: a phone number id exists once in the installation; at most one number of a workspace is its default and
 * the first one is; a secret leaves the database sealed and is opened only where it is used; the simulator's app
 * speaks for `mock_` numbers only, and a `mock_` token never leaves for anywhere but the simulator; what a notice
 * changes can be changed back (bans are flags in `provider_state`, never deletions).
 */

export { retrySubscription } from './account-change.ts';
export type { AccountDeps } from './account-check.ts';
export { loadSigningAccounts } from './account-door.ts';
export { webhookAddressOf } from './account-present.ts';
export { numberAccountRoutes } from './account-routes.ts';
export { subscribeHandler } from './account-subscribe.ts';
export { type AskableAccount, askableAccounts } from './accounts.ts';
export {
  type AddNumber,
  type AddNumberDeps,
  addNumber,
  prepareNumber,
  type SimulatorDoor,
} from './add.ts';
export {
  addApp,
  listDoorApps,
  loadDoor,
  retireSecret,
  rotateSecret,
} from './apps.ts';
export { setDefault } from './change.ts';
export { claimsOf } from './claims.ts';
export {
  askToken,
  credentialFor,
  forgetCredential,
  pauseAccount,
  setToken,
} from './credentials.ts';
export { eraseNotices } from './erase.ts';
export {
  ensureApp,
  listMockNumbers,
  pointMockAccounts,
  sendsToSimulator,
  setDefaultWorkflow,
} from './installation.ts';
export { refuseUnknownNumbers } from './known.ts';
export { type Notice, noticesByIds, recordNotices } from './notices.ts';
export { ownerHandlers, ownersCron } from './owner.ts';
export { numberBody, presentNumber } from './present.ts';
export { numberProfileRoutes } from './profile-routes.ts';
export { defaultNumber, findNumber, getNumber, listNotices, listNumbers, type NumberRow } from './read.ts';
export { numberRoutes } from './routes.ts';
export {
  accountRoutesFor,
  guessRoute,
  type NumberRoute,
  onlyActiveNumber,
  routesByNumberId,
  routesFor,
} from './routing.ts';
export { isSharedLimit } from './rules.ts';
export { countNumbersOf, decideNumber, listNumbersEverywhere, workspaceOfNumber } from './status.ts';
export { dropTokenHandler, keepToken, useKeyRing } from './token.ts';
export { moveTokens } from './token-move.ts';
