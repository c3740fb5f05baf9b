import { z } from 'zod';
import type { MediaRow } from './read.ts';
import { mediaKinds, mediaStates } from './rules.ts';

export const mediaBody = z
  .object({
    id: z.string(),
    direction: z.enum(['in', 'out']),
    kind: z.enum(mediaKinds),
    state: z.enum(mediaStates),
    reason: z.string().nullable().describe('Why it failed or was refused.'),
    type: z.string().nullable().describe('By content; null until stored and for unknown bytes.'),
    size: z.number().nullable(),
    sha256: z.string().nullable(),
    filename: z.string().nullable(),
    numberId: z.string().nullable(),
    messageId: z.string().nullable(),
    createdAt: z.string(),
    storedAt: z.string().nullable(),
  })
  .meta({ id: 'Media' });

export function present(row: MediaRow): z.infer<typeof mediaBody> {
  return {
    id: row.id,
    direction: row.direction,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    type: row.type,
    size: row.size,
    sha256: row.state === 'stored' ? row.sha256 : null,
    filename: row.filename,
    numberId: row.numberId,
    messageId: row.messageId,
    createdAt: row.createdAt.toISOString(),
    storedAt: row.storedAt?.toISOString() ?? null,
  };
}
