import { statement } from '../../platform/db/index.ts';

const columns =
  'id, email, name, locale, password_hash, is_superadmin, disabled_at, email_verified_at, created_at';

/** A user's row as the verbs of signing in need it. */
export interface PersonRecord {
  id: string;
  email: string;
  name: string;
  locale: string;
  password_hash: string | null;
  is_superadmin: boolean;
  disabled_at: Date | null;
  email_verified_at: Date | null;
  created_at: Date;
  [column: string]: unknown;
}

export const personByEmail = statement(
  'auth.person_by_email',
  `select ${columns} from users where lower(email) = lower($1)`,
);

export const personById = statement('auth.person', `select ${columns} from users where id = $1`);

export const lockPerson = statement('auth.lock_person', 'select id from users where id = $1 for update');

/** Waits for whoever changes the row; nothing comes back where it says something else by then. */
export const personUnchanged = statement(
  'auth.person_unchanged',
  'select id from users where id = $1 and password_hash = $2 and disabled_at is null for no key update',
);

export const anyPerson = statement('auth.any_person', 'select exists (select from users) as known');

/** Somebody who registered: nobody vouches for the address unless $7 says when it was proved. */
export const insertPerson = statement(
  'auth.insert_person',
  `insert into users (id, email, name, locale, password_hash, created_at, email_verified_at)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (lower(email)) do nothing returning id`,
);

/**
 * Somebody registers anew an address that was never confirmed: whoever did it first has proved nothing, so the later
 * password counts, and one mail after the other shows whose address it is.
 */
export const reinsertPerson = statement(
  'auth.reinsert_person',
  `update users set name = $2, locale = $3, password_hash = $4
    where lower(email) = lower($1) and email_verified_at is null and disabled_at is null
   returning id`,
);

export const setPersonPassword = statement(
  'auth.set_person_password',
  'update users set password_hash = $2 where id = $1 returning id',
);

export const confirmPerson = statement(
  'auth.confirm_person',
  `update users set email_verified_at = coalesce(email_verified_at, $3)
    where id = $1 and lower(email) = lower($2) and disabled_at is null returning id`,
);

export const setPersonEmail = statement(
  'auth.set_person_email',
  `update users u set email = $2, email_verified_at = $3
    where id = $1 and disabled_at is null
      and not exists (select 1 from users o where lower(o.email) = lower($2) and o.id <> $1)
   returning id`,
);

export const setPersonProfile = statement(
  'auth.set_person_profile',
  `update users set name = coalesce($2, name), locale = coalesce($3, locale) where id = $1 returning ${columns}`,
);

export const insertLink = statement(
  'auth.insert_link',
  `insert into mail_links (hash, user_id, purpose, email, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
);

export const readLink = statement(
  'auth.read_link',
  'select user_id, email from mail_links where hash = $1 and purpose = $2 and expires_at > $3',
);

export const takeLink = statement(
  'auth.take_link',
  'delete from mail_links where hash = $1 and purpose = $2 and expires_at > $3 returning user_id, email',
);

export const dropLinks = statement(
  'auth.drop_links',
  'delete from mail_links where user_id = $1 and purpose = any($2::text[])',
);
