/**
 * keys — sealing keys, and other secrets, that somebody else keeps.
 *
 * Words: a *source* keeps one secret text and can open what was wrapped with a key that never leaves it (a KMS). The
 * text is a list as SEALING_KEYS is, or JSON with the list under that name; an entry `kms:<base64>` is a wrapped key. A *vault* keeps
 * many secret texts under names of ours while the program runs (tokens of accounts).
 *
 * Always true: a source that cannot be asked, or says something else than keys, stops whoever asks with the reason;
 * there is no other key to fall back to. Nothing of a secret or a credential is in an error.
 */
export { type AwsOptions, awsKeys } from './aws.ts';
export { awsVault } from './aws-vault.ts';
export { type GcpOptions, gcpKeys } from './gcp.ts';
export { keysFrom } from './source.ts';
export { remembering, type Vault, type VaultAnswer, type VaultUse } from './vault.ts';
