import type { ContactDetails, ContactsUpdateData } from '@chaski/sdk';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useExplain } from '../../ui/explain.ts';
import { contactQuery, putContact } from './queries.ts';

type Purpose = ContactDetails['purposes'][number]['purpose'];

export interface ContactWork {
  save(fields: ContactsUpdateData['body']): Promise<boolean>;
  label(labels: ContactDetails['labels']): Promise<boolean>;
  consent(word: 'optOut' | 'optIn', scope: 'all' | Purpose): Promise<boolean>;
  block(on: boolean): Promise<boolean>;
}

/** Changes of a contact: shown at once, taken back with the reason when the server refuses. */
export function useContactWork(contact: ContactDetails): ContactWork {
  const queries = useQueryClient();
  const explain = useExplain();
  const { id } = contact;
  const { queryKey } = contactQuery(id);
  const run = async (guess: Partial<ContactDetails>, action: () => Promise<ContactDetails>) => {
    queries.setQueryData<ContactDetails>(queryKey, (now) => now && { ...now, ...guess });
    try {
      putContact(queries, await action());
      return true;
    } catch (error) {
      notifications.show({ color: 'red.9', message: explain(error) });
      await queries.invalidateQueries({ queryKey });
      return false;
    }
  };
  return {
    save: (fields) => {
      const { attributes: _, ...plain } = fields;
      const name =
        'name' in fields ? { displayName: fields.name || contact.profileName || contact.phone || '' } : {};
      return run({ ...(plain as Partial<ContactDetails>), ...name }, () =>
        chaski.contacts.update({ id, body: fields }),
      );
    },
    label: (labels) =>
      run({ labels }, () =>
        chaski.contacts.putLabels({ id, body: { labelIds: labels.map((label) => label.id) } }),
      ),
    consent: (word, scope) =>
      run(
        {
          purposes: contact.purposes.map((one) =>
            scope === 'all' || scope === one.purpose
              ? { ...one, state: word === 'optOut' ? ('out' as const) : ('in' as const) }
              : one,
          ),
        },
        () => chaski.contacts[word]({ id, body: { scope } }, once()),
      ),
    block: (on) =>
      run({ blocked: on }, () => chaski.contacts[on ? 'block' : 'unblock']({ id, body: {} }, once())),
  };
}
