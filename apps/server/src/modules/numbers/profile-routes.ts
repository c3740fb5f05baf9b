import { profileChange } from '@chaski/contracts';
import { z } from 'zod';
import { errors } from '../../platform/errors.ts';
import { type Http, type HttpApp, inTenant, principalOf } from '../../platform/http/index.ts';
import { type ProfileDeps, readProfile, tellProfile, writeProfile } from './profile.ts';
import { getNumber } from './read.ts';

export interface ProfileRoutesDeps extends ProfileDeps {
  gate: Http['gate'];
}

const profileBody = z
  .object({
    about: z.string(),
    address: z.string(),
    description: z.string(),
    email: z.string(),
    websites: z.array(z.string()),
    vertical: z.string(),
    pictureUrl: z.string().nullable().describe("WhatsApp's address of the picture; it changes and ends."),
  })
  .meta({ id: 'BusinessProfile' });

const params = z.strictObject({ id: z.uuid() });

/** /v1/numbers/:id/profile: what people see of a number in WhatsApp, where it lives. */
export function numberProfileRoutes(deps: ProfileRoutesDeps): (app: HttpApp) => Promise<void> {
  const { db, gate } = deps;
  const numberOf = (request: Parameters<typeof principalOf>[0], id: string) => {
    const { numberIds } = principalOf(request);
    if (numberIds !== null && !numberIds.includes(id)) throw errors.notFound('number', { id });
    return inTenant(db, request, (tx) => getNumber(tx, id));
  };
  return async (app) => {
    app.get(
      '/v1/numbers/:id/profile',
      {
        onRequest: gate('numbers:read'),
        schema: {
          tags: ['numbers'],
          description: 'The profile that people see, asked of WhatsApp.',
          params,
          response: { 200: profileBody },
        },
      },
      async (request) => readProfile(deps, await numberOf(request, request.params.id)),
    );

    app.patch(
      '/v1/numbers/:id/profile',
      {
        onRequest: gate('numbers:write'),
        schema: {
          tags: ['numbers'],
          description: 'Changes what is given, at WhatsApp.',
          params,
          body: profileChange
            .extend({
              pictureMediaId: z.uuid().optional().describe('A JPEG or PNG of at most 5 MB, uploaded before.'),
            })
            .refine((change) => Object.values(change).some((value) => value !== undefined), {
              error: 'Name at least one field to change.',
            }),
          response: { 200: profileBody },
        },
      },
      async (request) => {
        const number = await numberOf(request, request.params.id);
        const before = await readProfile(deps, number);
        await writeProfile(deps, number, request.body);
        await inTenant(db, request, (tx) => tellProfile(tx, number, before, request.body));
        return readProfile(deps, number);
      },
    );
  };
}
