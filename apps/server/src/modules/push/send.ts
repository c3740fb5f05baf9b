import type { Database } from '../../platform/db/index.ts';
import type { Egress } from '../../platform/egress/index.ts';
import { type Handler, handle } from '../../platform/queue/index.ts';
import type { KeyRing } from '../../platform/seal.ts';
import { displayName } from '../contacts/index.ts';
import { pushKeys } from './keys.ts';
import { sendNotice } from './notify.ts';
import { forgetSubscription, selectNotice } from './queries.ts';

export interface PushDeps {
  db: Database;
  ring: KeyRing;
  egress: Egress;
  /** Whom a push service may ask about us: an https address or mailto:. */
  contact: string;
}

/** How long the push service keeps a notice for a browser that is off, in seconds. */
const keptSeconds = 3_600;
const timeoutMs = 15_000;

/** What `push.send` runs: one notice to one browser, as things are now. */
export function sendNoticeHandler({ db, ring, egress, contact }: PushDeps): Handler {
  return handle(sendNotice, async ({ subscriptionId, conversationId, noteId }, { workspaceId }) => {
    if (workspaceId === null) return;
    const row = await db.withSystem('a notice for a browser', (tx) =>
      selectNotice(tx, { workspaceId, subscriptionId, conversationId, noteId }),
    );
    if (!row) return;
    const keys = await pushKeys(db, ring);
    // Loaded when the first browser listens: most installations at rest have none.
    const { default: webPush } = await import('web-push');
    const { endpoint, headers, body } = webPush.generateRequestDetails(
      { endpoint: row.endpoint, keys: { p256dh: row.p256dh, auth: row.auth } },
      JSON.stringify({
        // Said in no language: the browser's is not known here.
        title: noteId === undefined ? displayName(row) : `@ ${displayName(row)}`,
        body: (row.preview ?? '').slice(0, 300).toWellFormed(),
        conversationId,
        ...(noteId === undefined ? {} : { noteId }),
      }),
      {
        vapidDetails: { subject: contact, ...keys },
        TTL: keptSeconds,
        urgency: 'high',
        // The push service keeps the newest notice of a conversation only, and each note's.
        topic: (noteId ?? conversationId).replaceAll('-', ''),
      },
    );
    const answer = await egress.post(endpoint, {
      headers: headers as Record<string, string | number>,
      body,
      timeoutMs,
      maxBytes: 4_096,
    });
    if (answer.is === 'answered' && answer.status < 300) return;
    const isGone = answer.is === 'answered' && (answer.status === 404 || answer.status === 410);
    if (isGone || answer.is === 'refused') {
      await db.withSystem('a browser that is gone', (tx) =>
        forgetSubscription(tx, workspaceId, subscriptionId),
      );
      return;
    }
    throw new Error(
      `The push service ${answer.is === 'answered' ? `answered ${answer.status}` : `did not answer: ${answer.reason}`}.`,
    );
  });
}
