import { statement } from '../../platform/db/index.ts';

export const insertPasskeyChallenge = statement(
  'auth.insert_passkey_challenge',
  'insert into passkey_challenges (challenge, purpose, user_id, expires_at) values ($1, $2, $3, $4)',
);

/** Gone with the first look, whatever comes of it. */
export const takePasskeyChallenge = statement(
  'auth.take_passkey_challenge',
  'delete from passkey_challenges where challenge = $1 returning purpose, user_id, expires_at',
);

export const dropPasskeyChallenges = statement(
  'auth.drop_passkey_challenges',
  'delete from passkey_challenges where expires_at <= $1',
);

const columns =
  'id, user_id, credential_id, public_key, counter, transports, name, synced, created_at, last_used_at';

export const insertPasskey = statement(
  'auth.insert_passkey',
  `insert into passkeys (id, user_id, credential_id, public_key, counter, transports, name, synced, created_at)
   values ($1, $2, $3, $4, $5, $6::text[], $7, $8, $9)
   on conflict (credential_id) do nothing returning ${columns}`,
);

export const passkeysOf = statement(
  'auth.passkeys',
  `select ${columns} from passkeys where user_id = $1 order by created_at, id`,
);

export const passkeyByCredential = statement(
  'auth.passkey_by_credential',
  `select ${columns} from passkeys
    where credential_id = $1 and exists (select 1 from users u where u.id = user_id and u.disabled_at is null)`,
);

/** An authenticator that counts must have counted on since; of two answers at once one is refused. */
export const usePasskeyRow = statement(
  'auth.use_passkey',
  `update passkeys set counter = $2::bigint, last_used_at = $3
    where id = $1 and (counter < $2::bigint or (counter = 0 and $2::bigint = 0)) returning id`,
);

export const renamePasskeyRow = statement(
  'auth.rename_passkey',
  `with before as (select id, name from passkeys where user_id = $1 and id = $2 for update)
   update passkeys p set name = $3 from before where p.id = before.id returning ${columns
     .split(', ')
     .map((column) => `p.${column}`)
     .join(', ')}, before.name as name_before`,
);

export const deletePasskeyRow = statement(
  'auth.delete_passkey',
  `delete from passkeys where user_id = $1 and id = $2 returning ${columns}`,
);
