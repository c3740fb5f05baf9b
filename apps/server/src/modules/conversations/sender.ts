import { z } from 'zod';
import { statement, type TenantTx } from '../../platform/db/index.ts';
import { keyNames } from '../auth/index.ts';
import { memberNames } from './people.ts';

export const senderBody = z
  .object({
    kind: z.enum(['member', 'key', 'workflow', 'campaign', 'phone-app', 'system']),
    id: z.string().nullable(),
    name: z.string().optional().describe('Of a member, key or campaign.'),
  })
  .meta({ id: 'Sender' });
export type Sender = z.infer<typeof senderBody>;

/** What a message's row says about who wrote it. */
export interface Said {
  /** The message's own. */
  id: string | null;
  direction: 'in' | 'out' | null;
  source: string | null;
  actorKind: string | null;
  actorId: string | null;
  workflowId?: string | null;
}

/** Who of the workspace wrote it; null: the other side did. */
export function senderOf(said: Omit<Said, 'id'>): Sender | null {
  if (said.direction !== 'out') return null;
  if (said.source === 'phone-app') return { kind: 'phone-app', id: null };
  if (said.source === 'workflow') return { kind: 'workflow', id: said.workflowId ?? null };
  if (said.source === 'campaign') return { kind: 'campaign', id: null };
  if (said.actorKind === 'user') return { kind: 'member', id: said.actorId };
  if (said.actorKind === 'key') return { kind: 'key', id: said.actorId };
  return { kind: 'system', id: null };
}

const campaigns = statement(
  'conversations.message_campaigns',
  `select message_id as "messageId", id, name from message_campaigns
   where workspace_id = $1 and message_id = any($2::uuid[])`,
);

/** The campaigns of these messages, by message. */
async function campaignsOf(
  tx: TenantTx,
  messageIds: readonly string[],
): Promise<Map<string, Pick<Sender, 'id' | 'name'>>> {
  if (messageIds.length === 0) return new Map();
  const rows = await tx.query<{ messageId: string; id: string; name: string }>(campaigns, [
    tx.workspaceId,
    messageIds,
  ]);
  return new Map(rows.map(({ messageId, id, name }) => [messageId, { id, name }]));
}

/** As `senderOf`, with the names of all of them asked for once. */
export async function senders(tx: TenantTx, rows: readonly Said[]): Promise<(said: Said) => Sender | null> {
  const known = rows.map(senderOf);
  const idsOf = (kind: Sender['kind']) => [
    ...new Set(known.flatMap((one) => (one?.kind === kind && one.id !== null ? [one.id] : []))),
  ];
  const members = await memberNames(tx, idsOf('member'));
  const keys = await keyNames(tx, idsOf('key'));
  const ofCampaigns = await campaignsOf(
    tx,
    rows.flatMap(({ id }, at) => (known[at]?.kind === 'campaign' && id !== null ? [id] : [])),
  );
  return (said) => {
    const sender = senderOf(said);
    if (sender?.kind === 'campaign') return { ...sender, ...ofCampaigns.get(said.id ?? '') };
    const name = sender?.id && (members.get(sender.id) ?? keys.get(sender.id));
    return sender && name ? { ...sender, name } : sender;
  };
}
