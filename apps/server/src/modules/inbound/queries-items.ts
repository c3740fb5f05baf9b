/** Items: what makes each happen once, and what could not be applied. */
import { type Database, type SystemTx, statement } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';

export interface ItemKey {
  scope: string;
  field: string;
  hash: Buffer;
}

const insertKeys = statement(
  'inbound.insert_keys',
  `insert into item_keys (scope, field, hash, at)
   select t.*, $4::timestamptz from unnest($1::text[], $2::text[], $3::bytea[]) as t
   on conflict (scope, field, hash) do nothing
   returning scope, field, hash`,
);

export const itemKeyOf = (key: ItemKey): string => `${key.scope}|${key.field}|${key.hash.toString('hex')}`;

/** Which of these happen for the first time. */
export async function claimItemKeys(tx: SystemTx, keys: readonly ItemKey[]): Promise<Set<string>> {
  const distinct = [...new Map(keys.map((key) => [itemKeyOf(key), key]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, key]) => key);
  const fresh = await tx.query<ItemKey & Record<string, unknown>>(insertKeys, [
    distinct.map((key) => key.scope),
    distinct.map((key) => key.field),
    distinct.map((key) => key.hash),
    tx.now().toISOString(),
  ]);
  return new Set(fresh.map(itemKeyOf));
}

// ── parked ──

export const parkReasons = [
  'unknown-number',
  'wrong-app',
  'number-not-active',
  'unreadable',
  'failed',
] as const;
export type ParkReason = (typeof parkReasons)[number];

export interface ParkedItem {
  id: string;
  reason: ParkReason;
  detail: string;
  workspaceId: string | null;
  phoneNumberId: string | null;
  hash: Buffer;
  path: string;
}

export interface ParkedBody {
  hash: Buffer;
  source: string;
  appId: string;
  body: Buffer;
  receivedAt: Date;
}

/** Sets items aside with one copy of their body. An item that is parked already only gets the newer reason. */
export async function insertParked(
  tx: SystemTx,
  items: readonly ParkedItem[],
  bodies: readonly ParkedBody[],
): Promise<void> {
  if (items.length === 0) return;
  const sortedBodies = [...bodies].sort((a, b) => Buffer.compare(a.hash, b.hash));
  const keyOf = (item: ParkedItem) => `${item.hash.toString('hex')}|${item.path}`;
  const sorted = [...new Map(items.map((item) => [keyOf(item), item]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
  await tx.batch([
    {
      statement: `insert into parked_bodies (hash, source, app_id, body, received_at)
        select * from unnest($1::bytea[], $2::text[], $3::uuid[], $4::bytea[], $5::timestamptz[])
        on conflict (hash) do nothing`,
      values: [
        sortedBodies.map((body) => body.hash),
        sortedBodies.map((body) => body.source),
        sortedBodies.map((body) => body.appId),
        sortedBodies.map((body) => body.body),
        sortedBodies.map((body) => body.receivedAt.toISOString()),
      ],
    },
    {
      statement: `insert into parked (id, reason, detail, workspace_id, phone_number_id, hash, path, created_at)
        select t.*, $8::timestamptz
        from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bytea[], $7::text[]) as t
        on conflict (hash, path) where resolved_at is null
        do update set reason = excluded.reason, detail = excluded.detail, workspace_id = excluded.workspace_id`,
      values: [
        sorted.map((item) => item.id),
        sorted.map((item) => item.reason),
        sorted.map((item) => item.detail.slice(0, 1000)),
        sorted.map((item) => item.workspaceId),
        sorted.map((item) => item.phoneNumberId),
        sorted.map((item) => item.hash),
        sorted.map((item) => item.path.slice(0, 1000)),
        tx.now().toISOString(),
      ],
    },
  ]);
}

/** What these items were parked for is done. */
export async function resolveParked(
  tx: SystemTx,
  items: readonly { hash: Buffer; path: string }[],
): Promise<void> {
  if (items.length === 0) return;
  await tx.execute(
    `update parked p set resolved_at = $3 from unnest($1::bytea[], $2::text[]) as t (hash, path)
     where p.hash = t.hash and p.path = t.path and p.resolved_at is null`,
    [items.map((item) => item.hash), items.map((item) => item.path), tx.now().toISOString()],
  );
}

export interface ParkedRow {
  id: string;
  reason: ParkReason;
  detail: string;
  workspaceId: string | null;
  phoneNumberId: string | null;
  /** Hex. */
  hash: string;
  path: string;
  createdAt: Date;
  resolvedAt: Date | null;
}

const parkedColumns = `id, reason, detail, workspace_id as "workspaceId", phone_number_id as "phoneNumberId",
  encode(hash, 'hex') as hash, path, created_at as "createdAt", resolved_at as "resolvedAt"`;

export async function selectParked(
  db: Database,
  filter: { phoneNumberId?: string | undefined; reason?: ParkReason | undefined },
  page: Slice,
): Promise<ParkedRow[]> {
  const [result] = await db.runSystem('list parked items', [
    {
      statement: `select ${parkedColumns} from parked
        where resolved_at is null and ($1::text is null or phone_number_id = $1) and ($2::text is null or reason = $2)
          and ($3::timestamptz is null or (created_at, id) > ($3::timestamptz, $4::uuid))
        order by created_at, id limit $5 offset $6`,
      values: [
        filter.phoneNumberId ?? null,
        filter.reason ?? null,
        page.after?.at ?? null,
        page.after?.id ?? null,
        page.limit,
        page.offset ?? 0,
      ],
    },
  ]);
  return (result?.rows ?? []) as unknown as ParkedRow[];
}

/**
 * Open items of one workspace, newest first. Without those of a foreign app: whoever signs with a secret of their own
 * could fill another workspace's list.
 */
export async function selectParkedOf(
  db: Database,
  workspaceId: string,
  phoneNumberIds: readonly string[] | null,
  page: Slice,
): Promise<ParkedRow[]> {
  const [result] = await db.runSystem('list parked items of a workspace', [
    {
      statement: `select ${parkedColumns} from parked
        where workspace_id = $1 and resolved_at is null and reason <> 'wrong-app'
          and ($2::text[] is null or phone_number_id = any ($2::text[]))
          and ($3::timestamptz is null or (created_at, id) < ($3::timestamptz, $4::uuid))
        order by created_at desc, id desc limit $5 offset $6`,
      values: [
        workspaceId,
        phoneNumberIds,
        page.after?.at ?? null,
        page.after?.id ?? null,
        page.limit,
        page.offset ?? 0,
      ],
    },
  ]);
  return (result?.rows ?? []) as unknown as ParkedRow[];
}

/** Bodies with open parked items, with the paths of those; after `afterHash`, so that replay ends. */
export async function selectParkedBodies(
  db: Database,
  filter: {
    ids?: readonly string[] | undefined;
    phoneNumberId?: string | undefined;
    reasons?: readonly ParkReason[] | undefined;
  },
  afterHash: Buffer,
  limit: number,
): Promise<
  { hash: Buffer; source: string; appId: string; body: Buffer; receivedAt: Date; paths: string[] }[]
> {
  const [result] = await db.runSystem('replay parked items', [
    {
      statement: `select b.hash, b.source, b.app_id as "appId", b.body, b.received_at as "receivedAt",
               array_agg(p.path) as paths
        from parked p join parked_bodies b using (hash)
        where p.resolved_at is null and b.hash > $1 and ($2::uuid[] is null or p.id = any($2))
          and ($3::text is null or p.phone_number_id = $3) and ($5::text[] is null or p.reason = any($5))
        group by b.hash order by b.hash limit $4`,
      values: [afterHash, filter.ids ?? null, filter.phoneNumberId ?? null, limit, filter.reasons ?? null],
    },
  ]);
  return (result?.rows ?? []) as never;
}

// ── retention ──

export async function deleteOldKeys(db: Database, before: Date, resolvedBefore: Date): Promise<void> {
  await db.runSystem('drop old item keys', [
    { statement: 'delete from item_keys where at < $1', values: [before.toISOString()] },
    { statement: 'delete from parked where resolved_at < $1', values: [resolvedBefore.toISOString()] },
    {
      statement: 'delete from parked_bodies b where not exists (select from parked p where p.hash = b.hash)',
    },
  ]);
}
