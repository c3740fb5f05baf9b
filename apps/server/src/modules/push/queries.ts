import { type Database, type SystemTx, statement, type TenantTx } from '../../platform/db/index.ts';

const insert = statement(
  'push.subscribe',
  `insert into push_subscriptions (workspace_id, id, user_id, session_id, endpoint, p256dh, auth, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (workspace_id, endpoint) do update set user_id = excluded.user_id, session_id = excluded.session_id,
     p256dh = excluded.p256dh, auth = excluded.auth, created_at = excluded.created_at
   returning id, endpoint, created_at as "createdAt"`,
);
const own = statement(
  'push.own',
  `select id, endpoint, created_at as "createdAt" from push_subscriptions
    where workspace_id = $1 and user_id = $2 order by created_at, id limit 100`,
);
const remove = statement(
  'push.unsubscribe',
  'delete from push_subscriptions where workspace_id = $1 and id = $2 and user_id = $3 returning id',
);

/** Browsers of one member in one workspace: nobody holds more, and each is a request per conversation. */
export const mostBrowsers = 20;

const forgetOldest = statement(
  'push.forget_oldest',
  `delete from push_subscriptions where workspace_id = $1 and id in (
     select id from push_subscriptions where workspace_id = $1 and user_id = $2
     order by created_at desc, id desc offset $3
   )`,
);

export interface SubscriptionRow {
  id: string;
  endpoint: string;
  createdAt: Date;
}

/** A browser that subscribes again keeps its row: its address is what it is known by. The oldest ones give way. */
export async function insertSubscription(
  tx: TenantTx,
  row: { id: string; userId: string; sessionId: string; endpoint: string; p256dh: string; auth: string },
): Promise<SubscriptionRow> {
  const [made] = await tx.query<SubscriptionRow & Record<string, unknown>>(insert, [
    tx.workspaceId,
    row.id,
    row.userId,
    row.sessionId,
    row.endpoint,
    row.p256dh,
    row.auth,
    tx.now().toISOString(),
  ]);
  await tx.execute(forgetOldest, [tx.workspaceId, row.userId, mostBrowsers]);
  return made!;
}

export function selectOwn(tx: TenantTx, userId: string): Promise<SubscriptionRow[]> {
  return tx.query<SubscriptionRow & Record<string, unknown>>(own, [tx.workspaceId, userId]);
}

export async function deleteSubscription(tx: TenantTx, id: string, userId: string): Promise<boolean> {
  return (await tx.query(remove, [tx.workspaceId, id, userId])).length > 0;
}

const due = statement(
  'push.due',
  `select l.workspace_id as "workspaceId", l.id as "subscriptionId", t.id as "conversationId"
   from unnest($1::uuid[], $2::uuid[]) as i (workspace_id, conversation_id)
   join push_listeners l on l.workspace_id = i.workspace_id and l.expires_at > $3::timestamptz
   join push_threads t on t.workspace_id = i.workspace_id and t.id = i.conversation_id
   where (t.assignee_id is null or t.assignee_id = l.user_id)
     and (l.number_ids is null or t.number_id = any (l.number_ids))
   order by 1, 2, 3`,
);

export interface Due {
  workspaceId: string;
  subscriptionId: string;
  conversationId: string;
  /** Where a note names the member. */
  noteId?: string | undefined;
}

/** Who is to be told of these conversations. */
export function selectDue(
  tx: SystemTx,
  threads: readonly { workspaceId: string; conversationId: string }[],
): Promise<Due[]> {
  return tx.query<Due & Record<string, unknown>>(due, [
    threads.map((thread) => thread.workspaceId),
    threads.map((thread) => thread.conversationId),
    tx.now().toISOString(),
  ]);
}

// Whom a note names is told whosever the conversation is, as long as they may look at it.
const mentioned = statement(
  'push.mentioned',
  `select l.workspace_id as "workspaceId", l.id as "subscriptionId", t.id as "conversationId", i.note_id as "noteId"
   from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as i (workspace_id, conversation_id, note_id, user_id)
   join push_listeners l on l.workspace_id = i.workspace_id and l.user_id = i.user_id
     and l.expires_at > $5::timestamptz
   join push_threads t on t.workspace_id = i.workspace_id and t.id = i.conversation_id
   where (not l.own_only or t.assignee_id is null or t.assignee_id = l.user_id)
     and (l.number_ids is null or t.number_id = any (l.number_ids))
   order by 1, 2, 3, 4`,
);

export interface Mention {
  workspaceId: string;
  conversationId: string;
  noteId: string;
  userId: string;
}

/** Whose browsers are to be told that a note names them. */
export function selectMentioned(tx: SystemTx, mentions: readonly Mention[]): Promise<Due[]> {
  return tx.query<Due & Record<string, unknown>>(mentioned, [
    mentions.map((one) => one.workspaceId),
    mentions.map((one) => one.conversationId),
    mentions.map((one) => one.noteId),
    mentions.map((one) => one.userId),
    tx.now().toISOString(),
  ]);
}

const notice = statement(
  'push.notice',
  `select s.endpoint, s.p256dh, s.auth, t.last_preview as preview, t.name, t."profileName", t.username, t.phone
   from push_subscriptions s
   join push_listeners l on l.workspace_id = s.workspace_id and l.id = s.id and l.expires_at > $4::timestamptz
   join push_threads t on t.workspace_id = s.workspace_id and t.id = $3
   where s.workspace_id = $1 and s.id = $2 and t.last_direction = 'in' and t.status = 'open'
     and (t.assignee_id is null or t.assignee_id = l.user_id)
     and (l.number_ids is null or t.number_id = any (l.number_ids))`,
);

const noteNotice = statement(
  'push.note_notice',
  `select s.endpoint, s.p256dh, s.auth, concat_ws(': ', n.author, n.text) as preview, t.name, t."profileName",
     t.username, t.phone
   from push_subscriptions s
   join push_listeners l on l.workspace_id = s.workspace_id and l.id = s.id and l.expires_at > $5::timestamptz
   join push_threads t on t.workspace_id = s.workspace_id and t.id = $3
   join push_notes n on n.workspace_id = s.workspace_id and n.id = $4 and n.user_id = l.user_id
   where s.workspace_id = $1 and s.id = $2
     and (not l.own_only or t.assignee_id is null or t.assignee_id = l.user_id)
     and (l.number_ids is null or t.number_id = any (l.number_ids))`,
);

export interface NoticeRow {
  endpoint: string;
  p256dh: string;
  auth: string;
  preview: string | null;
  name: string | null;
  profileName: string | null;
  username: string | null;
  phone: string | null;
}

/** What is to be told now; null when it was answered, closed, given to somebody else or taken back meanwhile. */
export async function selectNotice(tx: SystemTx, of: Due): Promise<NoticeRow | null> {
  const [row] = await tx.query<NoticeRow & Record<string, unknown>>(of.noteId ? noteNotice : notice, [
    of.workspaceId,
    of.subscriptionId,
    of.conversationId,
    ...(of.noteId ? [of.noteId] : []),
    tx.now().toISOString(),
  ]);
  return row ?? null;
}

const forget = statement('push.forget', 'delete from push_subscriptions where workspace_id = $1 and id = $2');

/** The push service knows this browser no more. */
export async function forgetSubscription(tx: SystemTx, workspaceId: string, id: string): Promise<void> {
  await tx.execute(forget, [workspaceId, id]);
}

const forgetDeaf = statement(
  'push.forget_deaf',
  `delete from push_subscriptions s where not exists (
     select 1 from push_listeners l where l.workspace_id = s.workspace_id and l.id = s.id and l.expires_at > $1::timestamptz
   )`,
);

/** Browsers whose session ended, or whose member is disabled: they would be told nothing. */
export async function forgetDeafSubscriptions(db: Database): Promise<void> {
  await db.withSystem('browsers that are told nothing', (tx) =>
    tx.execute(forgetDeaf, [tx.now().toISOString()]),
  );
}

const keys = statement(
  'push.keys',
  'select id, public_key as "publicKey", sealed_private as "sealedPrivate" from push_keys order by created_at, id limit 1',
);
// Two first ones at once: the second waits here and finds the first one's key. A lock cannot be prepared.
const holdKeys = 'lock table push_keys in share row exclusive mode';
const insertKeys = statement(
  'push.insert_keys',
  'insert into push_keys (id, public_key, sealed_private, created_at) values ($1, $2, $3, $4)',
);

export interface KeyRow {
  id: string;
  publicKey: string;
  sealedPrivate: string;
}

export async function selectKeys(tx: SystemTx): Promise<KeyRow | null> {
  return (await tx.query<KeyRow & Record<string, unknown>>(keys, []))[0] ?? null;
}

export async function holdKeyTable(tx: SystemTx): Promise<void> {
  await tx.execute(holdKeys, []);
}

export async function insertKeyRow(tx: SystemTx, row: KeyRow): Promise<void> {
  await tx.execute(insertKeys, [row.id, row.publicKey, row.sealedPrivate, tx.now().toISOString()]);
}
