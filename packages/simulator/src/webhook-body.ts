/** What a webhook says: one body for one or many updates, and the headers that sign it. */
import { createHmac } from 'node:crypto';
import { asArray, asObject, type JsonObject } from './json.ts';
import type { Account, Num } from './world.ts';

export interface Update {
  account: Account;
  number: Num | null;
  field: string;
  value: JsonObject;
  /** unix seconds; only fields other than messages carry it */
  entryTime?: number;
  /** The person's message that gets its second tick when this is acknowledged. */
  messageId?: string;
}

/** How an app that is none of Meta's is told an update; null = it is not told. */
export interface Dialect {
  body(update: Update): string | null;
  headers(body: string, secret: string): Record<string, string>;
}

export function headersOf(dialect: Dialect | null, body: string, secret: string): Record<string, string> {
  if (dialect) return dialect.headers(body, secret);
  const hmac = (hash: string) => createHmac(hash, secret).update(body).digest('hex');
  return {
    'user-agent': 'facebookexternalua',
    'x-hub-signature': `sha1=${hmac('sha1')}`,
    'x-hub-signature-256': `sha256=${hmac('sha256')}`,
  };
}

/**
 * One body for many updates. Updates of the same account share an entry; inbound messages, or statuses, of the
 * same number that follow one another share a value, as Meta does under load.
 */
export function envelope(updates: readonly Update[]): JsonObject {
  const entries: {
    account: Account;
    time: number | undefined;
    changes: { field: string; number: Num | null; value: JsonObject }[];
  }[] = [];
  for (const update of updates) {
    let entry = entries.at(-1);
    if (!entry || entry.account !== update.account || entry.time !== update.entryTime) {
      entry = { account: update.account, time: update.entryTime, changes: [] };
      entries.push(entry);
    }
    const last = entry.changes.at(-1);
    if (last && last.field === 'messages' && update.field === 'messages' && last.number === update.number) {
      const merged = merge(last.value, update.value);
      if (merged) {
        last.value = merged;
        continue;
      }
    }
    entry.changes.push({ field: update.field, number: update.number, value: update.value });
  }
  return {
    object: 'whatsapp_business_account',
    entry: entries.map((entry) => ({
      id: entry.account.id,
      ...(entry.time === undefined ? {} : { time: entry.time }),
      changes: entry.changes.map((change) => ({ value: change.value, field: change.field })),
    })),
  };
}

function merge(left: JsonObject, right: JsonObject): JsonObject | null {
  const key = left.messages ? 'messages' : 'statuses';
  if (!left[key] || !right[key] || left.errors || right.errors) return null;
  const contacts = [...asArray(left.contacts)];
  for (const contact of asArray(right.contacts)) {
    const text = JSON.stringify(contact);
    if (!contacts.some((known) => JSON.stringify(asObject(known)) === text)) contacts.push(contact);
  }
  return {
    ...left,
    ...(contacts.length > 0 ? { contacts } : {}),
    [key]: [...asArray(left[key]), ...asArray(right[key])],
  };
}
