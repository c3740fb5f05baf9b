import type {
  ContactId,
  ConversationId,
  MessageId,
  NumberId,
  WorkflowId,
  WorkspaceId,
} from '../../platform/ids.ts';
import type { MessageRecord } from './queries-send.ts';

export interface MessageError {
  /** One of ours (`opted_out`), or WhatsApp's number as text. */
  code: string;
  kind: string;
  message: string;
}

/** A message as the product holds it; `present.ts` makes the API's shape of it. */
export interface MessageRow {
  workspaceId: WorkspaceId;
  id: MessageId;
  conversationId: ConversationId;
  numberId: NumberId;
  contactId: ContactId | null;
  direction: 'in' | 'out';
  type: string;
  content: Record<string, unknown>;
  source: string;
  providerMessageId: string | null;
  status: string;
  /** Of a message that still waits: due, claimed, unconfirmed, dead. */
  queueState: string | null;
  queueDueAt: Date | null;
  shownAt: Date;
  createdAt: Date;
  replyTo: string | null;
  targetProviderId: string | null;
  context: unknown;
  referral: unknown;
  workflowId: WorkflowId | null;
  actorKind: string | null;
  actorId: string | null;
  purpose: string;
  dedupeKey: string | null;
  automated: boolean;
  error: MessageError | null;
  pricing: unknown;
  editedAt: Date | null;
  revokedAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  failedAt: Date | null;
}

export function toMessage(row: MessageRecord): MessageRow {
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    id: row.id as MessageId,
    conversationId: row.conversation_id as ConversationId,
    numberId: row.number_id as NumberId,
    contactId: row.contact_id as ContactId | null,
    direction: row.direction,
    type: row.type,
    content: row.content,
    source: row.source,
    providerMessageId: row.provider_message_id,
    status: row.status,
    queueState: row.queue_state,
    queueDueAt: row.queue_due_at,
    shownAt: row.shown_at,
    createdAt: row.created_at,
    replyTo: row.reply_to,
    targetProviderId: row.target_provider_id,
    context: row.context,
    referral: row.referral,
    workflowId: row.workflow_id as WorkflowId | null,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    purpose: row.purpose,
    dedupeKey: row.dedupe_key,
    automated: row.automated,
    error: row.error as MessageError | null,
    pricing: row.pricing,
    editedAt: row.edited_at,
    revokedAt: row.revoked_at,
    sentAt: row.sent_at,
    deliveredAt: row.delivered_at,
    readAt: row.read_at,
    failedAt: row.failed_at,
  };
}
