import { defineConsumer, emit, type StoredEvent } from '../../platform/events/index.ts';
import { noteCampaign } from '../contacts/index.ts';
import { noteSaid, type Reached, type Said } from './queries-outcomes.ts';
import { followMerges } from './queries-recipients.ts';

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function saidBy(events: readonly StoredEvent[]): Said[] {
  return events.flatMap((event) => {
    const contactId = text(event.data.contactId);
    return contactId === null
      ? []
      : [{ workspaceId: event.workspaceId, contactId, messageId: text(event.data.messageId), at: event.at }];
  });
}

/** What people say after a campaign: replies and opt-outs count for the one that reached them last. */
export const followPeople = defineConsumer({
  name: 'campaigns.people',
  events: ['message.received', 'contact.opted_out', 'contact.merged'],
  pace: 'in turn',
  async handle(tx, events) {
    const merges = events.flatMap(({ name, workspaceId, data }) =>
      name === 'contact.merged' && typeof data.contactId === 'string' && typeof data.mergedId === 'string'
        ? [{ workspaceId, keptId: data.contactId, mergedId: data.mergedId }]
        : [],
    );
    if (merges.length > 0) await followMerges(tx, merges);
    const spoken = saidBy(events.filter((event) => event.name === 'message.received'));
    if (spoken.length > 0) {
      const replied = await noteSaid(tx, 'reply', spoken);
      await noteCampaign(
        tx,
        replied.map((row) => ({ ...row, outcome: 'replied' as const, at: tx.now() })),
      );
      await emit(tx, told('campaign.replied', replied));
    }
    const out = saidBy(events.filter((event) => event.name === 'contact.opted_out'));
    if (out.length > 0) await emit(tx, told('campaign.opted_out', await noteSaid(tx, 'opt-out', out)));
  },
});

/** One event a campaign and batch, with whom it is about. */
function told(name: string, rows: readonly Reached[]) {
  const groups = Map.groupBy(rows, (row) => row.campaignId);
  return [...groups].map(([campaignId, people]) => ({
    workspaceId: people[0]!.workspaceId,
    name,
    data: { campaignId, count: people.length, contactIds: people.slice(0, 100).map((row) => row.contactId) },
  }));
}
