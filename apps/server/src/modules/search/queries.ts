import { type SystemTx, statement, type TenantTx, type Tx } from '../../platform/db/index.ts';

/** A message as search reads it. */
export interface LineRow {
  workspaceId: string;
  id: string;
  conversationId: string;
  numberId: string;
  contactId: string | null;
  direction: 'in' | 'out';
  type: string;
  content: unknown;
  /** Content of its newest edit. */
  edited: unknown;
  shownAt: Date;
  revokedAt: Date | null;
}
type Line = LineRow & Record<string, unknown>;

const columns = `m.workspace_id as "workspaceId", m.id, m.conversation_id as "conversationId",
  m.number_id as "numberId", m.contact_id as "contactId", m.direction, m.type, m.content,
  case when m.edited_at is not null then (
    select e.content from search_lines e
    where e.workspace_id = m.workspace_id and e.number_id = m.number_id and e.type = 'edit'
      and e.target_provider_id = m.provider_message_id and e.direction = m.direction
    order by e.shown_at desc, e.id desc limit 1) end as edited,
  m.shown_at as "shownAt", m.revoked_at as "revokedAt"`;
const about = "('reaction', 'edit', 'revoke')";

// An edit or a revoke is about another message: that one's words are due.
const due = statement(
  'search.due',
  `with asked as (
     select m.* from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, id) join search_lines m using (workspace_id, id)
   ), wanted as (
     select workspace_id, id from asked where type not in ${about}
     union
     select t.workspace_id, t.id from asked a join search_lines t on t.workspace_id = a.workspace_id
       and t.number_id = a.number_id and t.provider_message_id = a.target_provider_id and t.direction = a.direction
     where a.type in ('edit', 'revoke')
   )
   select ${columns} from wanted join search_lines m using (workspace_id, id)`,
);

export interface LineKey {
  workspaceId: string;
  id: string;
}

/** The messages whose words these messages are, or change. */
export function selectDue(tx: SystemTx, keys: readonly LineKey[]): Promise<LineRow[]> {
  return tx.query<Line>(due, [keys.map((key) => key.workspaceId), keys.map((key) => key.id)]);
}

const after = statement(
  'search.after',
  `select ${columns} from (
     select * from search_lines
     where $1::uuid is null or (workspace_id, id) > ($1, $2::uuid)
     order by workspace_id, id limit $3) m`,
);

/** Messages in the order of their key; effects on others included, so that the caller knows how far it came. */
export function selectAfter(
  tx: SystemTx,
  place: readonly [string, string] | null,
  limit: number,
): Promise<LineRow[]> {
  return tx.query<Line>(after, [place?.[0] ?? null, place?.[1] ?? null, limit]);
}

const ofThreads = statement(
  'search.of_threads',
  `select s.workspace_id as "workspaceId", s.message_id as id
   from unnest($1::uuid[], $2::uuid[]) as t (workspace_id, conversation_id)
   join message_search s using (workspace_id, conversation_id)`,
);

export function selectOfThreads(
  tx: SystemTx,
  keys: readonly { workspaceId: string; conversationId: string }[],
): Promise<LineKey[]> {
  return tx.query<LineKey & Record<string, unknown>>(ofThreads, [
    keys.map((key) => key.workspaceId),
    keys.map((key) => key.conversationId),
  ]);
}

const put = statement(
  'search.put',
  `insert into message_search (workspace_id, message_id, conversation_id, number_id, contact_id, at, document)
   select t.workspace_id, t.message_id, t.conversation_id, t.number_id, t.contact_id, t.at, t.document::tsvector
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::text[])
     as t (workspace_id, message_id, conversation_id, number_id, contact_id, at, document)
   order by t.workspace_id, t.message_id
   on conflict (workspace_id, message_id) do update set conversation_id = excluded.conversation_id,
     contact_id = excluded.contact_id, document = excluded.document
   where (message_search.conversation_id, message_search.contact_id, message_search.document)
     is distinct from (excluded.conversation_id, excluded.contact_id, excluded.document)`,
);
const drop = statement(
  'search.drop',
  `delete from message_search s using unnest($1::uuid[], $2::uuid[]) as t (workspace_id, message_id)
   where s.workspace_id = t.workspace_id and s.message_id = t.message_id`,
);

export async function putDocuments(
  tx: SystemTx,
  rows: readonly (LineRow & { document: string | null })[],
): Promise<void> {
  const kept = rows.filter((row) => row.document !== null);
  const gone = rows.filter((row) => row.document === null);
  await tx.batch([
    ...(kept.length === 0
      ? []
      : [
          {
            statement: put,
            values: [
              kept.map((row) => row.workspaceId),
              kept.map((row) => row.id),
              kept.map((row) => row.conversationId),
              kept.map((row) => row.numberId),
              kept.map((row) => row.contactId),
              kept.map((row) => row.shownAt.toISOString()),
              kept.map((row) => row.document),
            ],
          },
        ]),
    ...(gone.length === 0
      ? []
      : [{ statement: drop, values: [gone.map((row) => row.workspaceId), gone.map((row) => row.id)] }]),
  ]);
}

const retain = statement(
  'search.retain',
  'delete from message_search where workspace_id = $1 and message_id = any($2::uuid[])',
);

export function deleteWords(tx: Tx, workspaceId: string, messageIds: readonly string[]): Promise<number> {
  return tx.execute(retain, [workspaceId, messageIds]);
}

const erase = statement(
  'search.erase',
  `delete from message_search where workspace_id = $1
     and (contact_id = $2 or conversation_id = any($3::uuid[]) or message_id = any($4::uuid[]))`,
);

export function deleteDocuments(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  conversationIds: readonly string[],
  messageIds: readonly string[],
): Promise<number> {
  return tx.execute(erase, [workspaceId, contactId, conversationIds, messageIds]);
}

// ── asking ──

export interface Place {
  at: string;
  id: string;
}

export interface Hit {
  messageId: string;
  conversationId: string;
  at: Date;
}

export interface Asked {
  query: string;
  threads: readonly string[] | null;
  numbers: readonly string[] | null;
  from: string | null;
  to: string | null;
}

const find = statement(
  'search.find',
  `select message_id as "messageId", conversation_id as "conversationId", at
   from find_messages($1::text::tsquery, $2::uuid[], $3::uuid[], $4::timestamptz, $5::uuid, $6::timestamptz,
     $7::timestamptz, $8, $9)`,
);

/** `span`: among that many of the newest only. */
export function findMessages(
  tx: TenantTx,
  asked: Asked,
  place: Place | null,
  span: number | null,
  wanted: number,
): Promise<Hit[]> {
  return tx.query<Hit & Record<string, unknown>>(find, [
    asked.query,
    asked.threads,
    asked.numbers,
    place?.at ?? null,
    place?.id ?? null,
    asked.from,
    asked.to,
    span,
    wanted,
  ]);
}

export interface ThreadFilter {
  ids: readonly string[] | null;
  status: string | null;
  labelIds: readonly string[] | null;
  /** `none`, or a member's id. */
  assignee: string | null;
}

const threadFilter = (first: number) => `
      ($${first}::uuid[] is null or t.id = any($${first}::uuid[]))
      and ($${first + 1}::text is null or t.status = $${first + 1})
      and ($${first + 2}::uuid[] is null or t.label_ids && $${first + 2}::uuid[])
      and ($${first + 3}::text is null or coalesce(t.assignee_id::text, 'none') = $${first + 3})`;
const threadValues = (filter: ThreadFilter) => [filter.ids, filter.status, filter.labelIds, filter.assignee];

const threads = statement(
  'search.threads',
  `select t.id from search_threads t where t.workspace_id = $1 and ${threadFilter(2)} limit $6`,
);

export async function selectThreads(tx: TenantTx, filter: ThreadFilter, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(threads, [tx.workspaceId, ...threadValues(filter), limit]);
  return rows.map(({ id }) => id);
}

const shown = statement(
  'search.shown',
  `select ${columns} from unnest($2::uuid[]) as h (id)
   join search_lines m on m.workspace_id = $1 and m.id = h.id and m.revoked_at is null
   join search_threads t on t.workspace_id = m.workspace_id and t.id = m.conversation_id
   where ${threadFilter(3)}`,
);

/** Those of the hits that the caller may see and that lie in such a thread. */
export function selectShown(
  tx: TenantTx,
  messageIds: readonly string[],
  filter: ThreadFilter,
): Promise<LineRow[]> {
  return tx.query<Line>(shown, [tx.workspaceId, messageIds, ...threadValues(filter)]);
}

// ── backfill ──

const progress = statement(
  'search.progress',
  `insert into search_backfill (name) values ('messages') on conflict (name) do update set name = excluded.name
   returning after_workspace as workspace, after_message as message, finished_at as "finishedAt"`,
);
const move = statement(
  'search.move',
  `update search_backfill set after_workspace = $1, after_message = $2, finished_at = $3 where name = 'messages'`,
);

export interface Progress {
  place: readonly [string, string] | null;
  isDone: boolean;
}

/** Locks the row: two processes do not walk side by side. */
export async function lockProgress(tx: SystemTx): Promise<Progress> {
  const [row] = await tx.query<{
    workspace: string | null;
    message: string | null;
    finishedAt: Date | null;
  }>(progress);
  return {
    place: row?.workspace && row.message ? [row.workspace, row.message] : null,
    isDone: (row?.finishedAt ?? null) !== null,
  };
}

export async function moveProgress(
  tx: SystemTx,
  place: readonly [string, string] | null,
  isDone: boolean,
): Promise<void> {
  await tx.execute(move, [place?.[0] ?? null, place?.[1] ?? null, isDone ? tx.now().toISOString() : null]);
}
