import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import type { Http } from '../../platform/http/index.ts';

export interface ConversationRoutesDeps {
  db: Database;
  gate: Http['gate'];
}

/** Path of one conversation. */
export const oneConversation = z.strictObject({ id: z.uuid() });
