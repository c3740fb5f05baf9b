import type { FastifyRequest } from 'fastify';
import type { Actor, SystemTx, TenantTx } from '../../platform/db/index.ts';
import { AppError, errors } from '../../platform/errors.ts';
import { emit } from '../../platform/events/index.ts';
import { type HttpApp, inTenant, principalOf } from '../../platform/http/index.ts';
import { installation, isId, type WorkspaceId } from '../../platform/ids.ts';
import { workspacesFor } from '../workspaces/index.ts';
import type { CompatDeps } from './routes.ts';
import { orApikey, type ReadKey } from './supabase-gate.ts';
import { type CompatQuery, parseQuery } from './supabase-query.ts';
import { type CompatRow, myself, readRows } from './supabase-read.ts';
import { type CompatTable, compatTables } from './supabase-tables.ts';

const prefix = '/api/rest/v1';
const writes = ['POST', 'PATCH', 'PUT', 'DELETE'] as const;

const functions = ['get_my_company_id', 'get_my_role'] as const;
/** What PostgREST says of a table or function that is not there, which its clients show. */
const unknown = [
  { url: `${prefix}/:name`, code: 'PGRST205', what: 'table', known: compatTables.map(({ name }) => name) },
  { url: `${prefix}/rpc/:name`, code: 'PGRST202', what: 'function', known: functions },
] as const;

/** What is refused whoever asks: writes to S0's tables, with the native address; names that are not there. */
export const refusedWrites: readonly string[] = [
  ...compatTables.flatMap(({ name }) => writes.map((method) => `${method} ${prefix}/${name}`)),
  ...unknown.flatMap(({ url }) => ['GET', ...writes].map((method) => `${method} ${url}`)),
];

/** S0's tables and functions, to be read as PostgREST lets them be read. */
export function restRoutes(app: HttpApp, deps: CompatDeps, readKey: ReadKey): void {
  const { db, gate } = deps;

  for (const table of compatTables) {
    const url = `${prefix}/${table.name}`;
    app.get(
      url,
      { onRequest: orApikey(gate(table.action), readKey), schema: { hide: true } as never },
      async (request, reply) => {
        const query = queryOf(table, request);
        const rows = await rowsFor(request, table, query);
        if (/vnd\.pgrst\.object/.test(request.headers.accept ?? '')) {
          if (rows.length === 1) return rows[0];
          throw new AppError(
            'PGRST116',
            406,
            `One row was asked for, and there are ${rows.length === 0 ? 'none' : 'several'}.`,
          );
        }
        const span = rows.length === 0 ? '*' : `${query.offset}-${query.offset + rows.length - 1}`;
        return reply.header('content-range', `${span}/*`).send(rows);
      },
    );
    app.route({
      method: [...writes],
      url,
      schema: { hide: true } as never,
      // Before the body: nothing is done with it.
      onRequest: async (_request, reply) => {
        reply.header('allow', 'GET');
        throw new AppError('read_only', 405, `${table.name} is read here; to write use ${table.write}.`, {
          instead: table.write,
        });
      },
      handler: async () => null,
    });
  }

  for (const name of functions) {
    app.route({
      method: ['GET', 'POST'],
      url: `${prefix}/rpc/${name}`,
      onRequest: orApikey(gate('workspace:read'), readKey),
      schema: { hide: true } as never,
      handler: async (request, reply) => {
        // As JSON: Fastify would send a bare text as text.
        const answer =
          request.askedAs === null ? (await inTenant(db, request, (tx) => myself(tx)))[name] : null;
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer));
      },
    });
  }

  for (const { url, code, what, known } of unknown) {
    app.route({
      method: ['GET', ...writes],
      url,
      schema: { hide: true } as never,
      onRequest: async (request) => {
        const { name } = request.params as { name: string };
        throw new AppError(
          code,
          404,
          `There is no ${what} ${name.slice(0, 60)} here; there are ${known.join(', ')}.`,
        );
      },
      handler: async () => null,
    });
  }

  async function rowsFor(
    request: FastifyRequest,
    table: CompatTable,
    query: CompatQuery,
  ): Promise<CompatRow[]> {
    // As in S0: whoever has not signed in is shown no row, and told nothing.
    if (request.askedAs === 'anon') return [];
    if (request.askedAs === null) {
      const { numberIds } = principalOf(request);
      return inTenant(db, request, (tx) => readRows(tx, table, query, numberIds));
    }
    const actor = operatorKeyOf(request);
    const company = companyOf(table, query);
    if (company === null) {
      if (!table.ofOperator) {
        throw errors.forbidden(
          `The operator's key reads ${table.name} of one company: add company_id=eq.<id>. The company's audit says so.`,
          { reason: 'company_needed' },
        );
      }
      return db.withSystem("S0's operator reads", async (tx) => {
        await tellUse(tx, installation, actor, table);
        return readRows(tx, table, query, null);
      });
    }
    const known = await db.withSystem("the company of S0's operator", (tx) => workspacesFor(tx, [company]));
    if (!known.has(company)) return [];
    return db.withTenant(company as WorkspaceId, actor, async (tx) => {
      await tellUse(tx, company, actor, table);
      return readRows(tx, table, query, null);
    });
  }
}

/** The company that a query is about, where it names exactly one. */
function companyOf(table: CompatTable, { filters }: CompatQuery): string | null {
  const named = filters.find(({ column, is }) => column === table.tenant && is === 'eq');
  const [company] = named?.values ?? [];
  return company !== undefined && isId(company) ? company : null;
}

/** SERVICE_ROLE_KEY: no person, and all that a superadmin may. */
const operatorKeyOf = (request: FastifyRequest): Actor => ({
  kind: 'key',
  id: 'service_role',
  role: 'superadmin',
  origin: {
    ip: request.ip,
    userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
    requestId: request.id,
  },
});

function tellUse(
  tx: SystemTx | TenantTx,
  workspaceId: string,
  actor: Actor,
  table: CompatTable,
): Promise<void> {
  return emit(tx, [
    {
      workspaceId,
      name: 'operator.read',
      actor,
      data: { table: table.name },
      audit: { target: { kind: 'service_key', id: null }, after: { table: table.name } },
    },
  ]);
}

function queryOf(table: CompatTable, request: FastifyRequest): CompatQuery {
  const { headers, url } = request;
  if (/\bcount=/.test(String(headers.prefer ?? ''))) {
    throw new AppError('PGRST100', 400, 'Rows are not counted here; page with limit and offset.');
  }
  const profile = headers['accept-profile'];
  if (profile !== undefined && profile !== 'public') {
    throw new AppError('PGRST106', 406, 'There is the schema public only.');
  }
  const mark = url.indexOf('?');
  const parameters = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  const range = typeof headers.range === 'string' ? headers.range : null;
  const query = parseQuery(table, parameters, range);
  if (!('code' in query)) return query;
  throw new AppError(query.code, query.code === 'PGRST103' ? 416 : 400, query.message);
}
