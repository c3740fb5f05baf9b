import type { PauseReason } from '@chaski/contracts';
import type { SystemTx } from '../../platform/db/index.ts';
import { defineConsumer, type StoredEvent } from '../../platform/events/index.ts';
import { findNumber } from '../numbers/index.ts';
import { pauseCampaign } from './pause.ts';
import { type CampaignRow, changeCampaign, lockCampaigns, selectLive } from './queries.ts';

/** What WhatsApp says about templates and numbers stops what would break on it. */
const templateReasons: Readonly<Record<string, PauseReason>> = {
  'template.paused': 'template_paused',
  'template.disabled': 'template_disabled',
  'template.rejected': 'template_disabled',
  'template.deleted': 'template_disabled',
  'template.category_changed': 'template_category',
};

/** What waits for an approval too: nobody is to say yes to what cannot be sent. */
const watched: readonly string[] = ['scheduled', 'running', 'awaiting_approval'];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const guardCampaigns = defineConsumer({
  name: 'campaigns.guard',
  events: [...Object.keys(templateReasons), 'number.updated'],
  async handle(tx, events) {
    const live = await selectLive(tx, [...new Set(events.map((event) => event.workspaceId))]);
    if (live.length === 0) return;
    const rows = await lockCampaigns(
      tx,
      live.map((row) => ({ workspaceId: row.workspaceId, campaignId: row.id })),
    );
    for (const event of events) {
      for (const row of rows.values()) {
        if (row.workspaceId !== event.workspaceId || !watched.includes(row.state)) continue;
        const next =
          event.name === 'number.updated' ? await onNumber(tx, row, event) : await onTemplate(tx, row, event);
        if (next) rows.set(next.id, next);
      }
    }
  },
});

async function onTemplate(
  tx: SystemTx,
  row: CampaignRow,
  { name, data }: StoredEvent,
): Promise<CampaignRow | null> {
  const { template } = row.message ?? {};
  if (template?.name !== data.name || template?.language !== data.language) return null;
  const number = await findNumber(tx, row.workspaceId, row.numberId);
  if (number?.accountId !== data.accountId) return null;
  const reason = templateReasons[name];
  if (reason === undefined) return null;
  const detail =
    reason === 'template_category'
      ? `It was ${text(data.before).toLowerCase()} and is ${text(data.after).toLowerCase()}.`
      : text(data.reason);
  return pauseCampaign(tx, row, reason, detail || null);
}

/** Quality events of WhatsApp that mean trouble. */
const worse: ReadonlySet<string> = new Set(['FLAGGED', 'DOWNGRADE']);

async function onNumber(tx: SystemTx, row: CampaignRow, { data }: StoredEvent): Promise<CampaignRow | null> {
  if (data.numberId !== row.numberId) return null;
  const changed = Array.isArray(data.changed) ? data.changed.map(String) : [];
  const number = await findNumber(tx, row.workspaceId, row.numberId);
  const state = (number?.providerState ?? {}) as Record<string, Record<string, unknown> | undefined>;
  if (changed.includes('quality') && worse.has(text(state.quality?.event)))
    return pauseCampaign(tx, row, 'quality', null);
  if (changed.includes('ban') && state.ban?.banned === true)
    return pauseCampaign(tx, row, 'account_restricted', text(state.ban.state) || null);
  if (changed.includes('restriction')) return pauseCampaign(tx, row, 'account_restricted', null);
  // More room, perhaps: whoever waits for it looks at once.
  if (row.waitsFor === 'tier' && (changed.includes('limit') || changed.includes('capability')))
    return changeCampaign(tx, row.workspaceId, row.id, { wakesAt: tx.now() });
  return null;
}
