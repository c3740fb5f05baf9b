import { statement, type Tx } from '../../platform/db/index.ts';
import type { Line, Mark, MarkKind } from './chain.ts';

/** All SQL on audit, audit_queue, audit_seals and audit_keys but the insert of lines, which is emit's. */

const line = `
  a.id, to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at, a.action, a.actor_kind as "actorKind",
  a.actor_id as "actorId", a.actor_role as "actorRole", a.target_kind as "targetKind", a.target_id as "targetId", a.ip,
  a.user_agent as "userAgent", a.request_id as "requestId", a.impersonator_id as "impersonatorId",
  a.before::text as before, a.after::text as after, a.erased_at as "erasedAt"`;

/** One sealer, eraser by rule or reader of a chain's end at a time; held to the end of the transaction. */
export const tryLockChains = statement(
  'audit.try_lock',
  "select pg_try_advisory_xact_lock(hashtext('chaski-audit'), 0) as held",
);
export const lockChains = statement(
  'audit.lock',
  "select pg_advisory_xact_lock(hashtext('chaski-audit'), 0)",
);

export const anyQueued = statement('audit.any', 'select exists (select 1 from audit_queue) as waiting');

export interface QueuedRow extends Omit<Line, 'id'> {
  workspaceId: string;
  kind: 'line' | 'erasure';
  auditId: string;
  /** null: somebody deleted the line before it was sealed. */
  id: string | null;
}

export const takeQueued = statement(
  'audit.take',
  `with gone as (
     delete from audit_queue where n = any (array(select n from audit_queue order by n limit $1))
     returning workspace_id, n, kind, audit_id
   )
   select g.workspace_id as "workspaceId", g.kind, g.audit_id as "auditId", ${line}
   from gone g left join audit a on a.workspace_id = g.workspace_id and a.id = g.audit_id
   order by g.n`,
);

export interface HeadRow {
  workspaceId: string;
  seq: number;
  chainHash: Buffer;
}

export const headsOf = statement(
  'audit.heads_of',
  `select w.id as "workspaceId", s.seq, s.chain_hash as "chainHash"
   from unnest($1::uuid[]) as w (id) cross join lateral (
     select seq, chain_hash from audit_seals where workspace_id = w.id order by seq desc limit 1) s`,
);

/** From workspace to workspace by the index: reading all seals for their workspaces would take minutes one day. */
const walk = (table: string) => `
  with recursive w (id) as (
    (select workspace_id from ${table} order by workspace_id limit 1)
    union all
    select (select workspace_id from ${table} where workspace_id > w.id order by workspace_id limit 1)
    from w where w.id is not null
  )`;

export const allHeads = statement(
  'audit.heads',
  `${walk('audit_seals')}
   select w.id as "workspaceId", s.seq, s.chain_hash as "chainHash"
   from w cross join lateral (
     select seq, chain_hash from audit_seals where workspace_id = w.id order by seq desc limit 1) s
   where w.id is not null`,
);

export const sealedWorkspaces = statement(
  'audit.sealed_workspaces',
  `${walk('audit_seals')} select id from w where id is not null`,
);
export const auditedWorkspaces = statement(
  'audit.workspaces',
  `${walk('audit')} select id from w where id is not null`,
);

const insertSeals = statement(
  'audit.seal',
  `insert into audit_seals (workspace_id, seq, kind, audit_id, until_seq, facts_hash, content_hash, chain_hash, key_id,
     made_at)
   select new.workspace_id, new.seq, new.kind, new.audit_id, new.until_seq, new.facts_hash, new.content_hash,
     new.chain_hash, $9::uuid, $10::timestamptz
   from unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bytea[])
     as new (workspace_id, seq, kind, audit_id, until_seq, facts_hash, content_hash, chain_hash)
   order by new.workspace_id, new.seq`,
);

export async function insertMarks(
  tx: Tx,
  keyId: string,
  marks: readonly (Mark & { chainHash: Buffer })[],
): Promise<void> {
  await tx.execute(insertSeals, [
    marks.map((mark) => mark.workspaceId),
    marks.map((mark) => mark.seq),
    marks.map((mark) => mark.kind),
    marks.map((mark) => mark.auditId),
    marks.map((mark) => mark.untilSeq),
    marks.map((mark) => mark.factsHash),
    marks.map((mark) => mark.contentHash),
    marks.map((mark) => mark.chainHash),
    keyId,
    tx.now(),
  ]);
}

export interface KeyRow {
  id: string;
  sealedKey: string;
}

export const selectKeys = statement(
  'audit.keys',
  'select id, sealed_key as "sealedKey" from audit_keys order by created_at desc, id desc',
);
export const insertKey = statement(
  'audit.new_key',
  'insert into audit_keys (id, sealed_key, created_at) values ($1, $2, $3)',
);

// ── erasing, retention ──

export const eraseContent = statement(
  'audit.erase',
  `with erased as (
     update audit set before = null, after = null, erased_at = $4
     where workspace_id = $1 and target_kind = $2 and target_id = $3 and erased_at is null
       and (before is not null or after is not null)
     returning workspace_id, id
   )
   insert into audit_queue (workspace_id, kind, audit_id) select workspace_id, 'erasure', id from erased order by id`,
);

/** The next seals behind what retention took already: their lines' ages, oldest first. */
export const nextRetained = statement(
  'audit.next_retained',
  `select s.seq, s.kind, a.id, a.at
   from audit_seals s left join audit a on a.workspace_id = s.workspace_id and a.id = s.audit_id and s.kind = 'line'
   where s.workspace_id = $1 and s.seq > coalesce((
     select max(m.until_seq) from audit_seals m where m.workspace_id = $1 and m.kind = 'retention'), 0)
   order by s.seq limit $2`,
);

export const deleteLines = statement(
  'audit.delete',
  'delete from audit where workspace_id = $1 and id = any ($2::uuid[])',
);

// ── verifying ──

export interface SealRow extends Omit<Line, 'id'> {
  seq: number;
  kind: MarkKind;
  auditId: string | null;
  untilSeq: number | null;
  factsHash: Buffer | null;
  contentHash: Buffer | null;
  chainHash: Buffer;
  keyId: string;
  id: string | null;
  /** Whether the chain, or what waits to be sealed, says that the content was taken out. */
  erasureKnown: boolean;
}

/** One statement, one snapshot: a line and its seal belong together, whatever is sealed meanwhile. */
export const sealsWithLines = statement(
  'audit.seals',
  `select s.seq, s.kind, s.audit_id as "auditId", s.until_seq as "untilSeq", s.facts_hash as "factsHash",
     s.content_hash as "contentHash", s.chain_hash as "chainHash", s.key_id as "keyId", ${line},
     a.erased_at is not null and (
       exists (select 1 from audit_seals m where m.workspace_id = $1 and m.kind = 'erasure' and m.audit_id = a.id)
       or exists (select 1 from audit_queue q where q.workspace_id = $1 and q.kind = 'erasure' and q.audit_id = a.id)
     ) as "erasureKnown"
   from (select * from audit_seals where workspace_id = $1 and seq > $2 order by seq limit $3) s
   left join audit a on a.workspace_id = $1 and a.id = s.audit_id and s.kind = 'line'
   order by s.seq`,
);

export const newestRetention = statement(
  'audit.newest_retention',
  `select coalesce(max(until_seq), 0) as until from audit_seals where workspace_id = $1 and kind = 'retention'`,
);

/** Lines that emit did not write: neither sealed nor waiting for it. */
export const strangers = statement(
  'audit.strangers',
  `select a.id from audit a
   where a.workspace_id = $1
     and not exists (select 1 from audit_seals s where s.workspace_id = $1 and s.audit_id = a.id and s.kind = 'line')
     and not exists (select 1 from audit_queue q where q.workspace_id = $1 and q.audit_id = a.id and q.kind = 'line')
   order by a.id limit $2`,
);

export const countQueued = statement(
  'audit.count_queued',
  'select count(*) as count from audit_queue where workspace_id = $1',
);
