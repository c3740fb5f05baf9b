import type { TenantTx } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import { visibleContacts } from '../contacts/index.ts';
import { getCampaign, refuseLimited, tell } from './create.ts';
import { noteConversion } from './queries-outcomes.ts';

export interface Conversion {
  contactId: string;
  name: string;
  value?: number | undefined;
  currency?: string | undefined;
  at?: string | undefined;
}

/** Somebody bought, booked, came: told by a program of the workspace's own. The last word counts. */
export async function convert(tx: TenantTx, id: string, said: Conversion): Promise<void> {
  refuseLimited(tx);
  const campaign = await getCampaign(tx, id);
  const { contactId, at, ...conversion } = said;
  const [contact] = await visibleContacts(tx, [contactId]);
  const n = contact
    ? await noteConversion(tx, id, contact.id, at === undefined ? tx.now() : new Date(at), conversion)
    : null;
  if (n === null) throw errors.notFound('recipient', { contactId });
  await tell(
    tx,
    campaign,
    'campaign.converted',
    { after: { n, name: said.name } },
    { contactId, n, name: said.name },
  );
}
