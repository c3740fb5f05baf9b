/** Pages of messages: one conversation by the time WhatsApp shows, everything else by arrival. */
import { type Statement, shaped, type TenantTx } from '../../platform/db/index.ts';
import type { Slice } from '../../platform/http/index.ts';
import { type MessageRecord, messageColumns, withQueue } from './queries-send.ts';

export interface PageFilter {
  conversationId?: string | undefined;
  numberId?: string | undefined;
  contactId?: string | undefined;
  /** As they are stored. */
  statuses?: readonly string[] | undefined;
  /** Whether an attempt is in flight. */
  claimed?: boolean | undefined;
  direction?: 'in' | 'out' | undefined;
  providerMessageId?: string | undefined;
  /** Numbers the caller may see; null = all. */
  only?: readonly string[] | null | undefined;
}

/** A page has at most 100 and asks for one more; offsets go to 10,000. */
const longest = 101;
const deepest = 10_101;

/**
 * The statement for these filters and no others: with `$2 is null or …` for each of eight it was planned for every page,
 * which took longer than to read it. What inboxes ask for all day is prepared; where a person, a state or WhatsApp's id
 * is asked for, the values decide. The inner limit is one that the planner knows.
 */
export function pageStatement(
  workspaceId: string,
  filter: PageFilter,
  page: Slice,
): { statement: Statement | string; values: unknown[] } {
  const values: unknown[] = [workspaceId];
  const value = (given: unknown, type: string) => `$${values.push(given)}::${type}`;
  const { conversationId, numberId, contactId, statuses, claimed, direction, providerMessageId, only } =
    filter;
  const where = ['m.workspace_id = $1'];
  if (conversationId !== undefined) where.push(`m.conversation_id = ${value(conversationId, 'uuid')}`);
  if (numberId !== undefined) where.push(`m.number_id = ${value(numberId, 'uuid')}`);
  if (contactId !== undefined) where.push(`m.contact_id = ${value(contactId, 'uuid')}`);
  if (statuses !== undefined) where.push(`m.status = any (${value(statuses, 'text[]')})`);
  if (claimed !== undefined)
    where.push(`exists (select from send_queue o where o.workspace_id = m.workspace_id and o.message_id = m.id
      and o.state = 'claimed') = ${value(claimed, 'boolean')}`);
  if (direction !== undefined) where.push(`m.direction = ${value(direction, 'text')}`);
  if (providerMessageId !== undefined)
    where.push(`m.provider_message_id = ${value(providerMessageId, 'text')}`);
  if (only != null) where.push(`m.number_id = any (${value(only, 'uuid[]')})`);
  // Ids are UUIDv7: the primary key holds them in the order of arrival.
  const byTime = conversationId !== undefined;
  if (page.after) {
    const { at, id } = page.after;
    where.push(
      byTime
        ? `(m.shown_at, m.id) < (${value(at, 'timestamptz')}, ${value(id, 'uuid')})`
        : `m.id < ${value(id, 'uuid')}`,
    );
  }
  const order = byTime ? 'm.shown_at desc, m.id desc' : 'm.id desc';
  const text = `select ${messageColumns} from (
      select * from messages m where ${where.join(' and ')} order by ${order}
      limit ${page.offset ? deepest : longest}) m ${withQueue}
    order by ${order} limit ${value(page.limit, 'integer')}${page.offset ? ` offset ${value(page.offset, 'integer')}` : ''}`;
  const isUsual = [contactId, statuses, claimed, providerMessageId].every((one) => one === undefined);
  return { statement: isUsual ? shaped('messages.page', text) : text, values };
}

/** Newest first. */
export function selectPage(tx: TenantTx, filter: PageFilter, page: Slice): Promise<MessageRecord[]> {
  const { statement, values } = pageStatement(tx.workspaceId, filter, page);
  return tx.query<MessageRecord & Record<string, unknown>>(statement, values);
}
