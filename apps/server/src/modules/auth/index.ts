/**
 * auth: who is asking.
 *
 * Words: a *user* is a person of the installation, a *superadmin* runs it; an *API key* `ck_<id>_<secret>` acts for one
 * workspace with *scopes*, perhaps for some of its numbers only; a *principal* is what a verified key amounts to.
 * Tables: users, api_keys (sessions and second factors come with people's sign-in).
 * States of a key: live → revoked or expired; neither comes back.
 *
 * Always true: of a key only the SHA-256 of its 32 random bytes is stored (nothing to guess, so no slow hash), of a
 * password argon2id; a key is shown once; a revoked key is refused everywhere within a second; an unknown id costs the
 * same work as a wrong secret.
 */
export { authenticateKey, authenticateKeys, forgetKeys } from './authenticate.ts';
export { createApiKey, ensureApiKey, listApiKeys, revokeApiKey } from './keys.ts';
export { hashPassword, needsRehash, verifyPassword } from './passwords.ts';
export { createSuperadmin, resetPassword } from './users.ts';
