import type { ChaskiEvent } from '@chaski/contracts';
import { z } from 'zod';
import type { StoredEvent } from '../../platform/events/index.ts';

export const eventBody = z
  .object({
    seq: z.number().int().describe('Grows with every event; the place to go on from.'),
    id: z.string(),
    name: z.string().describe('Such as message.received.'),
    at: z.string(),
    actor: z.object({ kind: z.string(), id: z.string().nullable(), role: z.string() }).nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });

/** As it was stored, but for when it was numbered. */
export function presentEvent({ seq, id, name, at, actor, data }: StoredEvent): ChaskiEvent {
  return {
    seq,
    id,
    name,
    at: at.toISOString(),
    actor: actor && { kind: actor.kind, id: actor.id, role: actor.role },
    data,
  };
}
