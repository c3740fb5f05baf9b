import type { HttpApp } from '../../platform/http/index.ts';
import type { CompatDeps } from './routes.ts';
import { supabaseAuthRoutes } from './supabase-auth.ts';
import { asSupabaseSays } from './supabase-errors.ts';
import type { ReadKey } from './supabase-gate.ts';
import { restRoutes } from './supabase-rest.ts';

/** Supabase's addresses, in a scope of their own: their clients read errors in another shape. */
export function supabaseRoutes(app: HttpApp, deps: CompatDeps): void {
  const { db, keys } = deps;
  const readKey: ReadKey = async (key) => (await keys?.read(key, db.clock.now())) ?? null;
  app.decorateRequest('askedAs', null);

  // supabase-js says JSON also where it sends nothing.
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, String(body), done);
  });
  app.addHook('onSend', async (_request, reply, payload) =>
    reply.statusCode >= 400 && typeof payload === 'string' && payload.startsWith('{"error":')
      ? asSupabaseSays(payload)
      : payload,
  );

  supabaseAuthRoutes(app, deps, readKey);
  restRoutes(app, deps, readKey);
}
