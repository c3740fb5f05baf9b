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
  const known = knownRow(client, id);
  if (area === 'message') {
    const changed = known && afterMessage(known, what ?? '', data, actor);
    if (changed) putRow(client, changed, me);
    // Ticks are all in the event; whatever was said changes more than it tells: what is unread, who waits.
    if (['received', 'queued', 'echoed', 'edited', 'revoked'].includes(what ?? '')) ask(client, id, me);
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
    const ids = [...asked];
    asked.clear();
    if (ids.length > storm) void client.invalidateQueries({ queryKey: ['conversations'] });
    else for (const one of ids) void fetchRow(client, one, me);
  }, 40);
}

async function fetchRow(client: QueryClient, id: string, me: string): Promise<void> {
  try {
    putRow(client, await chaski.conversations.get({ id }), me);
  } catch {
    // Gone, or the line is down: the lists say so when they are asked next.
  }
}
