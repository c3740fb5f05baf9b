import { randomFillSync } from 'node:crypto';

/**
 * Ids are UUIDv7: sortable by creation, so that B-trees grow at one end. Never a cursor: two processes' ids interleave.
 * They are made here and not in SQL, since uuidv7() is newer than the oldest PostgreSQL we run on.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type WorkspaceId = Branded<'workspace'>;
export type UserId = Branded<'user'>;
export type AppId = Branded<'app'>;
export type AccountId = Branded<'account'>;
export type NumberId = Branded<'number'>;
export type ContactId = Branded<'contact'>;
export type ConversationId = Branded<'conversation'>;
export type MessageId = Branded<'message'>;
export type WorkflowId = Branded<'workflow'>;
export type MediaId = Branded<'media'>;

/** The installation itself, where events and the audit ask for a workspace: no tenant has this id. */
export const installation = '00000000-0000-0000-0000-000000000000' as WorkspaceId;

// Random bytes are drawn by the 4,096: one system call serves 400 ids.
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;
const hex = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

// Within a millisecond the 12 bits after the time count: a batch makes a thousand ids in one, and messages of one second
// are shown in the order of their ids. The other 62 bits are chance.
let lastMs = 0;
let count = 0;

/** Ids made without a time grow: each is greater than all that this process made before. */
export function newId<T extends string = string>(at?: number): T {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const from = used;
  used += 10;
  let ms: number;
  let low: number;
  if (at === undefined) {
    const now = Date.now();
    if (now > lastMs) {
      lastMs = now;
      count = 0;
    } else {
      count += 1;
      if (count > 0xfff) {
        lastMs += 1;
        count = 0;
      }
    }
    ms = lastMs;
    low = count;
  } else {
    ms = at;
    low = pool.readUInt16BE(from) & 0xfff;
  }
  const time = ms.toString(16).padStart(12, '0');
  const h = (i: number) => hex[pool[from + i]!]!;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${low.toString(16).padStart(3, '0')}-${hex[(pool[from + 2]! & 0x3f) | 0x80]}${h(3)}-${h(4)}${h(5)}${h(6)}${h(7)}${h(8)}${h(9)}` as T;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isId(value: string): boolean {
  return uuid.test(value);
}
