/**
 * auth: who is asking.
 *
 * Words: a *user* is a person of the installation, a *superadmin* runs it; a *session* is one sign-in of a person, held
 * by a browser as a *cookie* or by a program as a *bearer token*; a *challenge* waits for the second factor; a *mail
 * link* proves that somebody reads an address; an *API key* `ck_<id>_<secret>` acts for one workspace with *scopes*,
 * perhaps for some of its numbers only; an *operator key*
 * `co_<id>_<secret>` acts as whoever runs the installation; an *installation key* is S0's ANON_KEY or SERVICE_ROLE_KEY; a
 * *refresh token* renews a session of Supabase's clients, once; a *principal* is what verified credentials amount to in one workspace.
 * Tables: users, sessions, refresh_tokens, login_challenges, mail_links, api_keys, operator_keys, and those of second factors.
 * States of a key: live → revoked or expired; of a session the same; neither comes back.
 *
 * Always true: of keys, cookies and links only the SHA-256 of their 32 random bytes is stored (nothing to guess, so no
 * slow hash), of a password argon2id; each is shown once; what is revoked, lowered or disabled counts from the next
 * request on, in other processes within a second; an unknown id or address costs the same work as a wrong secret and
 * gets the same answer; a cookie changes something only for our own pages.
 */

export { changeProfile } from './account.ts';
export { accountRoutes } from './account-routes.ts';
export { authenticateKey, authenticateKeys, createAuthenticate } from './authenticate.ts';
export type { AuthDeps } from './deps.ts';
export { askEmailChange } from './email.ts';
export { factorRoutes } from './factor-routes.ts';
export { impersonateRoutes } from './impersonate-routes.ts';
export {
  type InstallationKeys,
  type InstallationRole,
  installationKeys,
  makeInstallationKey,
} from './installation-keys.ts';
export { keyNames } from './key-names.ts';
export { keyRoutes } from './key-routes.ts';
export { createApiKey, ensureApiKey, listApiKeys, peopleBehind, revokeApiKey } from './keys.ts';
export { sendInvitationBy } from './mails.ts';
export { readMe } from './me.ts';
export { createOidc, type Oidc } from './oidc.ts';
export { operatorKeyRoutes } from './operator-key-routes.ts';
export { createOperatorKey, listOperatorKeys, revokeOperatorKey } from './operator-keys.ts';
export { askReset, changePassword, mailResetHandler } from './password.ts';
export { derivations, hashPassword, needsRehash, verifyPassword } from './passwords.ts';
export { makeRenewable, type RenewableSession, renewSession } from './refresh.ts';
export { register } from './register.ts';
export { notImpersonated } from './second-factor-proof.ts';
export { resetSecondFactors } from './second-factor-reset.ts';
export { selfOf } from './second-factor-told.ts';
export { forgetSpentSessions, revokeSessions, startSession } from './sessions.ts';
export { signIn } from './sign-in.ts';
export { signInRoutes } from './sign-in-routes.ts';
export { tokenKeyOf } from './tokens.ts';
export { createPerson, createSuperadmin, hasPeople, resetPassword, userIdByEmail } from './users.ts';
