import type { ChaskiEvent } from '@chaski/contracts';
import type { QueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { knownRow, putRow, rowsOfContact } from './list-cache.ts';
import { afterMessage } from './list-rules.ts';

/**
 * Events become changes of cached rows: what an event says is shown at once, what it does not say is asked for, one
 * row at a time. A storm of events asks for the lists instead, once.
 */

const storm = 12;

const asked = new Set<string>();
/** Rows on their way here: whether something was said of them since they were asked for, which the answer may not know. */
const coming = new Map<string, boolean>();
let timer = 0;

export function hearForLists(client: QueryClient, { name, data, actor }: ChaskiEvent, me: string): void {
  const id = typeof data.conversationId === 'string' ? data.conversationId : null;
  const [area, what] = name.split('.');
  // Names, consent and blocks stand in the rows too.
  if (area === 'contact' && typeof data.contactId === 'string') {
    for (const contact of [data.contactId, data.mergedId]) {
      if (typeof contact !== 'string') continue;
      for (const row of rowsOfContact(client, contact)) ask(client, row, me);
    }
  }
  if (id === null) return;
  if (coming.has(id)) coming.set(id, true);
  const known = knownRow(client, id);
  if (area === 'message') {
    const changed = known && afterMessage(known, what ?? '', data, actor);
    if (changed) putRow(client, changed, me);
    // Ticks are all in the event; whatever was said changes more than it tells: what is unread, who waits. A list that is
    // on its way may be older than either.
    if (['received', 'queued', 'echoed', 'edited', 'revoked'].includes(what ?? '') || listsCome(client))
      ask(client, id, me);
    return;
  }
  if (area !== 'conversation' && area !== 'note') return;
  // What a colleague has read is none of ours.
  if ((what === 'read' || what === 'unread') && actor?.kind === 'user' && actor.id !== me) return;
  ask(client, id, me);
  // Of two that became one, or two again, the other one changed as well.
  if (typeof data.from === 'string') ask(client, data.from, me);
}

function ask(client: QueryClient, id: string, me: string): void {
  asked.add(id);
  if (timer !== 0) return;
  timer = window.setTimeout(() => {
    timer = 0;
    // What is asked for now must be newer than the list that it is put into.
    if (listsCome(client)) {
      ask(client, id, me);
      return;
    }
    const ids = [...asked];
    asked.clear();
    if (ids.length > storm) void client.invalidateQueries({ queryKey: ['conversations'] });
    else for (const one of ids) void fetchRow(client, one, me);
  }, 40);
}

const listsCome = (client: QueryClient) => client.isFetching({ queryKey: ['conversations', 'list'] }) > 0;

async function fetchRow(client: QueryClient, id: string, me: string): Promise<void> {
  // One question at a time: of two answers the older one could come last. The first one's end asks again.
  if (coming.has(id)) {
    coming.set(id, true);
    return;
  }
  coming.set(id, false);
  try {
    const row = await chaski.conversations.get({ id });
    // An old answer would take back what came meanwhile; a row that nobody sees yet is better old than absent.
    if (coming.get(id) !== true || !knownRow(client, id)) putRow(client, row, me);
  } catch {
    // Gone, or the line is down: the lists say so when they are asked next.
  } finally {
    const isOld = coming.get(id) === true;
    coming.delete(id);
    if (isOld) ask(client, id, me);
  }
}
