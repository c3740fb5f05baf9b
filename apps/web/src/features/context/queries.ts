import type { Contact, ContactDetails } from '@chaski/sdk';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { all } from '../../api/all.ts';
import { chaski } from '../../api/client.ts';

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', 'one', id],
    queryFn: (): Promise<ContactDetails> => chaski.contacts.get({ id }),
  });

export const contactNotesQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', 'one', id, 'notes'],
    queryFn: async () => (await chaski.contacts.listNotes({ id, query: { limit: 50 } })).data,
  });

export const mergesQuery = (id: string) =>
  queryOptions({
    queryKey: ['contacts', 'one', id, 'merges'],
    queryFn: () => all(({ query }) => chaski.contacts.listMerges({ id, query })),
  });

/** Files of a conversation, the newest first. */
export const sharedQuery = (conversationId: string) =>
  queryOptions({
    queryKey: ['messages', conversationId, 'shared'],
    queryFn: async () => {
      const { messages } = await chaski.search.get({
        query: { q: `has:media in:${conversationId}`, type: 'messages', limit: 12 },
      });
      return Promise.all(messages.map(({ id }) => chaski.messages.get({ id })));
    },
    staleTime: 60_000,
  });

/** People by name or number, for choosing one. */
export const peopleQuery = (q: string) =>
  queryOptions({
    queryKey: ['contacts', 'list', { q, limit: 8 }],
    queryFn: async (): Promise<Contact[]> => (await chaski.contacts.list({ query: { q, limit: 8 } })).data,
    enabled: q.trim() !== '',
  });

/** What a change answered is shown everywhere at once. */
export function putContact(client: QueryClient, contact: ContactDetails): void {
  client.setQueryData(contactQuery(contact.id).queryKey, contact);
  void client.invalidateQueries({ queryKey: ['contacts', 'list'] });
}
