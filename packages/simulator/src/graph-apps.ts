/** Apps and tokens: subscriptions, what a token may do, Embedded Signup's code. */
import { GraphError, unknownObject } from './errors.ts';
import { checkedOverride, type GraphCall, json, methodError, NEWEST } from './graph-call.ts';
import { type Call, readBody, sendJson } from './http.ts';
import { asObject, asString, type Json, parseJson } from './json.ts';
import { saveApp } from './keep.ts';
import type { World } from './world.ts';

/** What an app hears that named no fields. */
const everyField = [
  'messages',
  'message_echoes',
  'smb_message_echoes',
  'smb_app_state_sync',
  'history',
  'calls',
  'user_preferences',
  'account_update',
  'phone_number_quality_update',
  'message_template_status_update',
  'message_template_quality_update',
  'message_template_components_update',
  'template_category_update',
];

export async function appEdge(call: GraphCall, appId: string, edge: string): Promise<void> {
  const { world, method } = call;
  const app = world.apps.get(appId);
  if (!app || call.token.appId !== appId) throw unknownObject(method, appId);
  if (`${method} ${edge}` === 'GET ') return sendJson(call.res, 200, { id: app.id, name: `App ${app.id}` });
  if (edge !== 'subscriptions') throw methodError(call, edge);
  if (method === 'GET')
    return sendJson(call.res, 200, {
      data: [
        {
          object: 'whatsapp_business_account',
          callback_url: app.webhookUrl,
          active: true,
          fields: (app.fields ?? everyField).map((name) => ({ name, version: `v${NEWEST}.0` })),
        },
      ],
    });
  if (method !== 'POST') throw methodError(call, edge);
  const body = await json(call);
  const url = asString(body.callback_url) ?? '';
  const verifyToken = asString(body.verify_token) ?? '';
  app.webhookUrl = (await checkedOverride(world, url, verifyToken)) ?? '';
  app.verifyToken = verifyToken;
  const fields = Array.isArray(body.fields) ? body.fields.map(String) : asString(body.fields)?.split(',');
  if (fields) app.fields = fields.map((field) => field.trim());
  saveApp(world, app);
  sendJson(call.res, 200, { success: true });
}

export async function debugToken(call: GraphCall): Promise<void> {
  const { world, query, res } = call;
  const token = world.tokens.get(query.get('input_token') ?? '');
  if (!token)
    return sendJson(res, 200, {
      data: { error: { code: 190, message: 'Invalid OAuth access token.' }, is_valid: false, scopes: [] },
    });
  const scopes = [...token.scopes];
  sendJson(res, 200, {
    data: {
      app_id: token.appId,
      type: 'SYSTEM_USER',
      application: `App ${token.appId}`,
      data_access_expires_at: 0,
      expires_at: 0,
      is_valid: !token.expired,
      scopes,
      granular_scopes: scopes.map((scope) => ({ scope, target_ids: [...token.accountIds] })),
      user_id: `1000${token.appId}`,
    },
  });
}

/** Embedded Signup's code → token. A code lives 30 seconds and works once. */
const codes = new WeakMap<World, Map<string, { token: string; appId: string; until: number }>>();

export function issueCode(world: World, appId: string, token: string): string {
  const all = codes.get(world) ?? new Map<string, { token: string; appId: string; until: number }>();
  codes.set(world, all);
  const code = `AQ${world.ids.trace()}`;
  all.set(code, { token, appId, until: world.clock.now() + 30_000 });
  return code;
}

export async function exchange(world: World, call: Call): Promise<void> {
  const text = call.method === 'POST' ? (await readBody(call.req)).toString('utf8') : '';
  const body = asObject(
    (text.startsWith('{') ? parseJson(text) : Object.fromEntries(new URLSearchParams(text))) as Json,
  );
  const read = (key: string) => asString(body[key]) ?? call.query.get(key) ?? '';
  const app = world.apps.get(read('client_id'));
  if (!app || app.secret !== read('client_secret'))
    throw new GraphError(1, undefined, { title: 'Error validating client secret.' });
  const known = codes.get(world)?.get(read('code'));
  codes.get(world)?.delete(read('code'));
  if (!known || known.appId !== app.id || known.until <= world.clock.now())
    throw new GraphError(100, undefined, {
      title: 'This authorization code has been used or has expired.',
      subcode: 36009,
    });
  sendJson(call.res, 200, { access_token: known.token, token_type: 'bearer' });
}
