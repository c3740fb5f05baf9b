/**
 * One webhook body → its items, in the order of the body.
 *
 * One pass over plain JSON, without schemas: thousands of bodies per second, and a schema would refuse the whole
 * for one field. Envelope: Meta, webhooks overview; reference documents leave out `object`, `field`, `metadata`,
 * `contacts`, ids and times, and one of Meta's own examples puts `field` beside `changes`: none of them is needed.
 */
import type { InboundItem, ItemBase, PersonRef } from '../contract.ts';
import { decode, items, plain, type Rec, rec, ref, time } from './json.ts';
import { readMissedCalls } from './parse-calls.ts';
import { readErrors } from './parse-errors.ts';
import { readEcho, readMessage } from './parse-message.ts';
import { readNotice, readPreference } from './parse-notice.ts';
import { readStatus } from './parse-status.ts';
import { phoneOf, readContacts } from './person.ts';

/** Items that say nothing are listed singly up to here, then counted: 3 MB hold a million `{}`. */
const MAX_UNREADABLE = 1000;

class Collector {
  readonly found: InboundItem[] = [];
  #unreadable = 0;

  add(item: InboundItem): void {
    this.found.push(item);
  }

  unreadable(base: ItemBase, reason: string, value: unknown): void {
    this.#unreadable++;
    if (this.#unreadable <= MAX_UNREADABLE) {
      this.found.push({ ...base, kind: 'unreadable', reason, value: plain(value) });
    }
  }

  done(): InboundItem[] {
    if (this.#unreadable > MAX_UNREADABLE) {
      const reason = `${this.#unreadable - MAX_UNREADABLE} more parts could not be read; the raw event has them`;
      this.found.push({ ...noBase, path: 'rest', kind: 'unreadable', reason, value: null });
    }
    return this.found;
  }
}

const noBase: ItemBase = {
  path: '',
  accountRef: null,
  phoneNumberId: null,
  displayPhoneNumber: null,
  at: null,
};

/** Never throws, for any bytes. */
export function parse(raw: Uint8Array): InboundItem[] {
  const out = new Collector();
  const decoded = decode(raw);
  if (!decoded.ok) {
    out.unreadable(noBase, decoded.reason, null);
    return out.done();
  }
  const body = rec(decoded.value);
  if (!body) {
    out.unreadable(noBase, 'the body is not an object', decoded.value);
    return out.done();
  }
  const entries = items(body.entry);
  if (entries) {
    for (let e = 0; e < entries.length; e++) readEntry(entries[e], e, out);
  } else if (rec(body.value)) {
    // The app dashboard's test button sends `{field, value}` without an envelope.
    readChange(body, null, { ...noBase, path: '0/0' }, out);
  } else {
    out.unreadable(noBase, 'the body has no entry', decoded.value);
  }
  return out.done();
}

function readEntry(value: unknown, e: number, out: Collector): void {
  const entry = rec(value);
  const base: ItemBase = { ...noBase, path: `${e}`, accountRef: ref(entry?.id), at: time(entry?.time) };
  if (!entry) {
    out.unreadable(base, 'the entry is not an object', value);
    return;
  }
  const changes = items(entry.changes);
  if (changes) {
    for (let c = 0; c < changes.length; c++) {
      const change = rec(changes[c]);
      const at: ItemBase = { ...base, path: `${e}/${c}` };
      if (change) readChange(change, entry, at, out);
      else out.unreadable(at, 'the change is not an object', changes[c]);
    }
  } else if (rec(entry.value)) {
    readChange(entry, null, { ...base, path: `${e}/0` }, out);
  } else {
    out.unreadable(base, 'the entry has no changes', value);
  }
}

/** Where `field` is missing or misplaced, the value's own parts say what it is. */
function fieldOf(change: Rec, entry: Rec | null, value: Rec): string {
  const said = ref(change.field, 100) ?? ref(entry?.field, 100);
  if (said !== null) return said;
  if ('calls' in value) return 'calls';
  if ('messages' in value || 'statuses' in value || 'errors' in value) return 'messages';
  if ('message_echoes' in value) return 'smb_message_echoes';
  if ('user_preferences' in value) return 'user_preferences';
  return 'unknown';
}

function readChange(change: Rec, entry: Rec | null, base: ItemBase, out: Collector): void {
  const value = rec(change.value);
  if (!value) {
    out.unreadable(base, 'the change has no value', change);
    return;
  }
  const field = fieldOf(change, entry, value);
  // While Meta's Business Agent answers, everything arrives one level deeper under `standby`.
  const standby = field === 'standby' ? rec(value.standby) : null;
  const inner = standby ? { ...value, ...standby, standby: undefined } : value;
  const metadata = rec(inner.metadata);
  const numbered: ItemBase = {
    ...base,
    phoneNumberId: ref(metadata?.phone_number_id),
    displayPhoneNumber: phoneOf(metadata?.display_phone_number),
    ...(standby ? { standby: true as const } : {}),
  };
  switch (field) {
    case 'messages':
    case 'standby':
    case 'message_echoes':
    case 'smb_message_echoes':
    case 'user_preferences':
      readTalk(field, inner, numbered, out);
      break;
    case 'calls':
      out.add(readNotice(field, value, { ...numbered, path: `${base.path}/0` }));
      for (const missed of readMissedCalls(value, numbered, readContacts(value))) out.add(missed);
      break;
    default:
      out.add(readNotice(field, value, { ...numbered, path: `${base.path}/0` }));
  }
}

const talkKeys = new Set([
  'messaging_product',
  'metadata',
  'contacts',
  'messages',
  'statuses',
  'message_echoes',
  'user_preferences',
  'errors',
  'standby',
]);

type Reader = (
  part: Rec,
  base: ItemBase,
  cards: readonly PersonRef[],
) => InboundItem | { unreadable: string };

/** The fields in which people, or the business, say something: any of their lists may stand in any of them. */
function readTalk(field: string, value: Rec, base: ItemBase, out: Collector): void {
  const cards = readContacts(value);
  let index = 0;
  const next = (): ItemBase => ({ ...base, path: `${base.path}/${index++}` });
  let wanting: Extract<InboundItem, { kind: 'message' }> | null = null;

  const each = (key: string, read: Reader): void => {
    const parts = value[key];
    if (parts === undefined || parts === null) return;
    const list = items(parts);
    if (!list) {
      out.unreadable(next(), `${key} is not a list`, parts);
      return;
    }
    for (const item of list) {
      const part = rec(item);
      const at = next();
      if (!part) {
        out.unreadable(at, `an entry of ${key} is not an object`, item);
        continue;
      }
      const made = read(part, at, cards);
      if ('unreadable' in made) {
        out.unreadable({ ...at, at: time(part.timestamp) ?? at.at }, made.unreadable, item);
        continue;
      }
      if (made.kind === 'message' && wanting === null && saysNothing(made)) wanting = made;
      out.add(made);
    }
  };

  each('messages', readMessage);
  each('message_echoes', readEcho);
  each('statuses', (part, at, all) =>
    // The status of a call, should it ever stand here, is not the status of a message.
    part.type === 'call' ? readNotice('calls', { statuses: [part] }, at) : readStatus(part, at, all),
  );
  each('user_preferences', readPreference);

  // 131000 "Unsupported webhook payload" stands beside the message it is about, not inside.
  const errors = readErrors(value.errors);
  const about = wanting as Extract<InboundItem, { kind: 'message' }> | null;
  if (errors.length > 0 && about !== null) about.errors.push(...errors);
  const rest: Rec = {};
  let left = false;
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || value[key] === undefined || value[key] === null) continue;
    if (talkKeys.has(key) && !(key === 'errors' && about === null)) continue;
    rest[key] = value[key];
    left = true;
  }
  if (left || index === 0) {
    out.add(readNotice(field, index === 0 ? value : rest, next()));
  }
}

function saysNothing(item: Extract<InboundItem, { kind: 'message' }>): boolean {
  if (item.errors.length > 0) return false;
  const { content } = item;
  return content.type === 'interactive'
    ? rec(content.interactive)?.type === null
    : content.type === 'unsupported';
}
