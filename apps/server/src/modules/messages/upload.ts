import { type EnsuredUpload, ensureUploaded, type MediaDeps } from '../media/index.ts';

/** Puts a file of ours where WhatsApp can take it from, before the message that shows it is handed over. */
export interface Uploads {
  upload(wanted: { workspaceId: string; numberId: string; mediaId: string }): Promise<EnsuredUpload>;
}

/** Uploads through the media module, which remembers WhatsApp's id for as long as WhatsApp keeps it. */
export function mediaUploads(deps: MediaDeps): Uploads {
  return {
    // A failure outside the provider (no token, blobs away) is tried again like one of the network.
    upload: (wanted) =>
      ensureUploaded(deps, wanted).catch((error: unknown) => ({
        outcome: 'failed' as const,
        reason: error instanceof Error ? error.message : String(error),
        retry: true,
      })),
  };
}
