import type { TenantTx } from '../../platform/db/index.ts';
import { listMessages, type SendCommand } from '../messages/index.ts';

/**
 * Where a message to a contact goes when nobody says from which number: into the thread with the newest message, else
 * from the default number. S2 and S3 know one number only; whoever has several answers where the person wrote.
 */
export async function latestThread(
  tx: TenantTx,
  contactId: string,
  only: readonly string[] | null,
): Promise<Pick<SendCommand, 'conversationId' | 'contactId'>> {
  const [newest] = await listMessages(tx, { contactId, only }, { limit: 1, after: null });
  return newest ? { conversationId: newest.conversationId } : { contactId };
}
