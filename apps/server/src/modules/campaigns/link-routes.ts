import { z } from 'zod';
import type { Database } from '../../platform/db/index.ts';
import { errors } from '../../platform/errors.ts';
import type { HttpApp } from '../../platform/http/index.ts';
import type { Logger } from '../../platform/log.ts';
import { followLink } from './links.ts';
import { isProgram } from './rules-links.ts';
import { gatherTaps } from './taps.ts';

/**
 * `/l/<token>`: a short link of a campaign. Leads nowhere but to what was stored when the message was made, so that
 * nobody borrows our name for an address of theirs. No limit by address: a phone company hides thousands behind one.
 */
export function linkRoutes({ db, log }: { db: Database; log: Logger }): (app: HttpApp) => Promise<void> {
  return async (app) => {
    const taps = gatherTaps(db, log);
    // After the last request has ended.
    app.addHook('onClose', () => taps.close());
    app.get(
      '/l/:token',
      {
        schema: {
          tags: ['campaigns'],
          description: 'Where the short link of a campaign leads. Asks nothing of whoever taps it.',
          params: z.strictObject({ token: z.string().max(64) }),
          response: { 302: z.null() },
        },
      },
      async (request, reply) => {
        // HEAD is answered by the same handler, and is never a person.
        const isPerson = (request.method as string) === 'GET' && !isProgram(request.headers);
        const target = await followLink(db, taps, request.params.token, isPerson);
        if (target === null) throw errors.notFound('link');
        return reply
          .status(302)
          .headers({
            location: target,
            'cache-control': 'no-store',
            'referrer-policy': 'no-referrer',
            'x-robots-tag': 'noindex, nofollow',
          })
          .send(null);
      },
    );
  };
}
