/**
 * docs-page — the API reference at /docs, drawn in the browser from /openapi.json. app.ts's, beside page.ts.
 *
 * Always true: it works without the internet and under a policy that lets in nothing but its own files; what it shows is
 * what this server's routes say, so it cannot lag behind them. Plain files, no build: the libraries for this weigh 1 to
 * 3 MB, bring styles of their own past the policy, and ask their makers' servers for fonts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionsOf, roles } from '@chaski/contracts';
import type { HttpApp } from '../platform/http/index.ts';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const files: Record<string, string> = {
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'operation.js': 'text/javascript; charset=utf-8',
  'schema.js': 'text/javascript; charset=utf-8',
  'element.js': 'text/javascript; charset=utf-8',
};

/** `/docs`, its files, and the Postman collection. Asks nothing of its caller: it describes, and shows nobody's data. */
export async function docsRoutes(app: HttpApp): Promise<void> {
  const hidden = { schema: { hide: true } as never };
  const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
  const page = read('page.html');
  app.get('/docs', hidden, async (_request, reply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .send(page),
  );
  for (const [name, type] of Object.entries(files)) {
    const text = read(name);
    app.get(`/docs/${name}`, hidden, async (_request, reply) =>
      reply.header('content-type', type).send(text),
    );
  }
  // Which role may do what: an operation names an action, people think in roles.
  const table = Object.fromEntries(roles.map((role) => [role, actionsOf(role)]));
  app.get('/docs/roles.json', hidden, async () => table);
  const postman = readFileSync(join(import.meta.dirname, '../../../../docs/postman.json'), 'utf8');
  app.get('/docs/postman.json', hidden, async (_request, reply) =>
    reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('content-disposition', 'attachment; filename="chaski.postman.json"')
      .send(postman),
  );
}
