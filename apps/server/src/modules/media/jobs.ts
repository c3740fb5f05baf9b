import { z } from 'zod';
import { defineJob } from '../../platform/queue/index.ts';

/** Fetches one file. The webhook's own address is tried first while it is fresh (it lives five minutes). */
export const fetchJob = defineJob({
  name: 'media.fetch',
  schema: z.object({ mediaId: z.uuid(), url: z.string().nullable() }),
});

/** Removes the bytes of a file that is marked as deleted. */
export const deleteBytes = defineJob({
  name: 'media.delete-bytes',
  schema: z.object({ mediaId: z.uuid() }),
});
