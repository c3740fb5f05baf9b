import { statement } from '../../platform/db/index.ts';
import type { mediaStates } from './rules.ts';

const columns = `m.id, m.workspace_id, m.number_id, m.message_id, m.direction, m.kind, m.provider_media_id,
  m.provider_expires_at, m.state, m.declared_type, m.type, m.size, m.sha256, m.filename, m.blob_key, m.reason, m.attempts,
  m.created_at, m.stored_at`;

export interface MediaRecord {
  id: string;
  workspace_id: string;
  number_id: string | null;
  message_id: string | null;
  direction: 'in' | 'out';
  kind: string;
  provider_media_id: string | null;
  provider_expires_at: Date | null;
  state: (typeof mediaStates)[number];
  declared_type: string | null;
  type: string | null;
  size: number | null;
  sha256: string | null;
  filename: string | null;
  blob_key: string | null;
  reason: string | null;
  attempts: number;
  created_at: Date;
  stored_at: Date | null;
  [column: string]: unknown;
}

// Until a file is stored, sha256 holds what the sender's side announced.
export const insertWaiting = statement(
  'media.insert_waiting',
  `insert into media (workspace_id, id, number_id, message_id, direction, kind, provider_media_id, provider_expires_at,
     state, declared_type, sha256, filename, created_at)
   select t.workspace_id, t.id, t.number_id, t.message_id, 'in', t.kind, t.provider_media_id, t.expires_at, 'waiting',
     t.declared_type, t.sha256, t.filename, $10::timestamptz
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
     $11::timestamptz[]) as t (workspace_id, id, number_id, message_id, kind, provider_media_id, declared_type, sha256,
     filename, expires_at)
   on conflict (workspace_id, id) do nothing`,
);

export const giveFiles = statement(
  'media.give',
  `update media m set message_id = t.kept from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t (workspace_id, kept, gone)
   where m.workspace_id = t.workspace_id and m.message_id = t.gone`,
);

export const insertStored = statement(
  'media.insert_stored',
  `insert into media (workspace_id, id, direction, kind, state, declared_type, type, size, sha256, filename, blob_key,
     created_at, stored_at)
   values ($1, $2, 'out', $3, 'stored', $4, $5, $6, $7, $8, $9, $10, $10)`,
);

export const mediaById = statement(
  'media.get',
  `select ${columns} from media m where m.workspace_id = $1 and m.id = $2`,
);

export const markStored = statement(
  'media.mark_stored',
  `update media set state = 'stored', type = $3, size = $4, sha256 = $5, blob_key = $6, stored_at = $7, reason = null,
     attempts = attempts + 1
    where workspace_id = $1 and id = $2 and state not in ('stored', 'deleted')`,
);

/** `stored` is final: an attempt that failed after another one succeeded changes nothing. */
export const markNotStored = statement(
  'media.mark_not_stored',
  `update media set state = $3, reason = $4, attempts = attempts + 1
    where workspace_id = $1 and id = $2 and state not in ('stored', 'deleted')`,
);

export const waitAgain = statement(
  'media.wait_again',
  `update media set state = 'waiting', reason = null
    where workspace_id = $1 and id = $2 and direction = 'in' and state in ('failed', 'refused', 'waiting') returning id`,
);

export const rememberUpload = statement(
  'media.remember_upload',
  `update media set number_id = $3, provider_media_id = $4, provider_expires_at = $5 where workspace_id = $1 and id = $2`,
);

/** The name goes too: it may say who the person is. */
export const markDeleted = statement(
  'media.mark_deleted',
  `update media set state = 'deleted', filename = null, provider_media_id = null, reason = null
    where workspace_id = $1 and id = $2 and state <> 'deleted' returning blob_key`,
);

/** Only of files that are marked: the job that removes bytes may come late, or twice. */
export const forgetBlob = statement(
  'media.forget_blob',
  `update media set blob_key = null where workspace_id = $1 and id = $2 and state = 'deleted'`,
);

export const storedSize = statement(
  'media.stored_size',
  "select count(*)::int as files, coalesce(sum(size), 0)::bigint as bytes from media where workspace_id = $1 and state = 'stored'",
);
