/**
 * The Graph API side: versions, tokens, objects and their edges.
 * Source: Meta "Cloud API reference", "Graph API versions" (v26.0 current on 2026-11-20, v20.0 expired 2026-09-24).
 */
import type { ServerResponse } from 'node:http';
import { accept, sendEarly } from './deliver.ts';
import { GraphError, unknownObject } from './errors.ts';
import { bearer, type Call, readBody, sendJson } from './http.ts';
import { asArray, asObject, asString, isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { saveAccount, saveApp, saveNumber, saveTemplate } from './keep.ts';
import { dropMedia, findMedia, openMediaUrl, parseMultipart, presentMedia, uploadMedia } from './media.ts';
import { byPhone, byUserId, waId } from './people.ts';
import { businessReads } from './persons.ts';
import { checkSend } from './send-rules.ts';
import { makeTemplate, presentTemplate, type Template, type TemplateCategory } from './templates.ts';
import { type Account, accountOf, later, type Num, type Scope, type Token, type World } from './world.ts';

const OLDEST = 20;
const NEWEST = 26;
const APPROVAL_MS = 60_000;

interface GraphCall extends Call {
  world: World;
  version: number;
  token: Token;
}

/** Whether the path belongs to the Graph API. */
export function isGraphPath(path: string): boolean {
  return /^\/v\d+\.\d+(\/|$)/.test(path) || path.startsWith('/_lookaside/');
}

export async function graph(world: World, call: Call): Promise<void> {
  try {
    await route(world, call);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    if (call.res.headersSent || call.res.destroyed) return;
    const authenticate =
      error.status === 401
        ? { 'www-authenticate': `OAuth "Facebook Platform" "invalid_token" "${error.code}"` }
        : {};
    sendJson(
      call.res,
      error.status,
      error.envelope(world.ids.trace()),
      authenticate as Record<string, string>,
    );
  }
}

async function route(world: World, call: Call): Promise<void> {
  if (call.path.startsWith('/_lookaside/')) return lookaside(world, call);
  const [, major = '0', rest = ''] = /^\/v(\d+)\.\d+\/?(.*)$/.exec(call.path) ?? [];
  const version = Number(major);
  if (version < OLDEST || version > NEWEST)
    throw new GraphError(2500, undefined, { title: `Unknown path components: /v${major}.0` });
  call.res.setHeader('facebook-api-version', `v${version}.0`);
  if (version === OLDEST)
    call.res.setHeader(
      'x-ad-api-version-warning',
      'The call has been auto-upgraded to v21.0 as v20.0 has expired.',
    );
  const [id = '', edge = '', extra] = rest.split('/');
  if (!id || extra !== undefined)
    throw new GraphError(2500, undefined, { title: `Unknown path components: /${rest}` });
  if (id === 'oauth' && edge === 'access_token') return exchange(world, call);

  const token = authenticate(world, call);
  const graphCall: GraphCall = { ...call, world, version, token };
  if (id === 'debug_token') return debugToken(graphCall);
  const number = world.numbers.get(id);
  if (number) return numberEdge(graphCall, number, edge);
  const account = world.accounts.get(id);
  if (account) return accountEdge(graphCall, account, edge);
  const app = world.apps.get(id);
  if (app) return appEdge(graphCall, app.id, edge);
  for (const owner of world.accounts.values()) {
    const template = owner.templates.find((candidate) => candidate.id === id);
    if (template) return templateNode(graphCall, owner, template, edge);
  }
  if (edge === '') return mediaNode(graphCall, id);
  throw unknownObject(call.method, id);
}

/** 190 for tokens that are unknown or expired. An app token is `{app id}|{app secret}`. */
function authenticate(world: World, call: Call): Token {
  const given = bearer(call.req) ?? call.query.get('access_token');
  if (!given)
    throw new GraphError(104, undefined, { title: 'An access token is required to request this resource.' });
  if (world.faults.strike('token_expired'))
    throw new GraphError(190, undefined, {
      title: 'Error validating access token: Session has expired.',
      subcode: 463,
    });
  const token = world.tokens.get(given);
  if (token) {
    if (token.expired)
      throw new GraphError(190, undefined, {
        title: 'Error validating access token: Session has expired.',
        subcode: 463,
      });
    return token;
  }
  const [appId = '', secret] = given.split('|');
  if (secret !== undefined && world.apps.get(appId)?.secret === secret)
    return { token: given, appId, accountIds: new Set(), scopes: new Set(), expired: false };
  throw new GraphError(190, undefined, { title: 'Invalid OAuth access token - Cannot parse access token' });
}

function permit(call: GraphCall, accountId: string, scope: Scope, id: string): void {
  if (!call.token.accountIds.has(accountId)) throw unknownObject(call.method, id);
  if (!call.token.scopes.has(scope))
    throw new GraphError(10, undefined, {
      title: `(#10) Application does not have permission for this action (needs ${scope})`,
    });
}

function pick(
  fields: string | null,
  all: JsonObject,
  always: readonly string[],
  initial: readonly string[],
): JsonObject {
  const wanted = fields ? fields.split(',').map((field) => field.trim()) : initial;
  const out: JsonObject = {};
  for (const field of wanted) if (all[field] !== undefined) out[field] = all[field];
  for (const field of always) out[field] = all[field];
  return out;
}

async function json(call: GraphCall): Promise<JsonObject> {
  const text = (await readBody(call.req)).toString('utf8');
  const type = call.req.headers['content-type'] ?? '';
  const fromQuery: JsonObject = Object.fromEntries([...call.query].filter(([key]) => key !== 'access_token'));
  if (text === '') return fromQuery;
  if (type.includes('x-www-form-urlencoded'))
    return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) };
  const body = parseJson(text);
  if (!isObject(body))
    throw new GraphError(100, undefined, { title: '(#100) The request body is not valid JSON.' });
  return body;
}

function methodError(call: GraphCall, edge: string): GraphError {
  return new GraphError(100, undefined, {
    title: `Unsupported ${call.method.toLowerCase()} request on edge '${edge}'. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
    subcode: 33,
  });
}

// ---- numbers ----------------------------------------------------------------------------------------------

async function numberEdge(call: GraphCall, number: Num, edge: string): Promise<void> {
  const { world, method, res } = call;
  const scope: Scope =
    edge === 'messages' || edge === 'media' ? 'whatsapp_business_messaging' : 'whatsapp_business_management';
  permit(call, number.accountId, scope, number.id);
  switch (`${method} ${edge}`) {
    case 'POST messages':
      return messages(call, number);
    case 'POST media':
      return media(call);
    case 'GET ':
      return sendJson(
        res,
        200,
        pick(call.query.get('fields'), presentNumber(world, number), ['id'], NUMBER_FIELDS),
      );
    case 'POST ': {
      const body = await json(call);
      if (body.pin !== undefined) number.pin = pinOf(body);
      if (body.webhook_configuration !== undefined) {
        const configuration = asObject(body.webhook_configuration);
        number.override = await checkedOverride(
          world,
          asString(configuration.override_callback_uri) ?? '',
          asString(configuration.verify_token) ?? '',
        );
      }
      saveNumber(world, number);
      return sendJson(res, 200, { success: true });
    }
    case 'POST register': {
      const body = await json(call);
      if (body.messaging_product !== 'whatsapp')
        throw new GraphError(100, undefined, {
          title: '(#100) The parameter messaging_product is required.',
        });
      const pin = pinOf(body);
      if (number.pin !== null && number.pin !== pin)
        throw new GraphError(133005, 'Two-step verification PIN mismatch.');
      number.pin = pin;
      number.registered = true;
      saveNumber(world, number);
      return sendJson(res, 200, { success: true });
    }
    case 'POST deregister':
      number.registered = false;
      saveNumber(world, number);
      return sendJson(res, 200, { success: true });
    case 'POST request_code':
    case 'POST verify_code':
      return sendJson(res, 200, { success: true });
    case 'GET whatsapp_business_profile':
      return sendJson(res, 200, { data: [{ ...number.profile, messaging_product: 'whatsapp' }] });
    case 'POST whatsapp_business_profile': {
      number.profile = { ...number.profile, ...checkedProfile(await json(call)) };
      saveNumber(world, number);
      return sendJson(res, 200, { success: true });
    }
    case 'GET block_users':
      return sendJson(res, 200, {
        data: [...number.blocked].map((id) => {
          const person = world.people.get(id);
          return {
            messaging_product: 'whatsapp',
            ...(person?.phone ? { wa_id: person.phone } : { user_id: person?.userId ?? id }),
          };
        }),
        paging: { cursors: {} },
      });
    case 'POST block_users':
    case 'DELETE block_users':
      return block(call, number);
    default:
      throw methodError(call, edge);
  }
}

const NUMBER_FIELDS = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
];

function presentNumber(world: World, number: Num): JsonObject {
  const account = accountOf(world, number);
  const override = [...account.subscribed.values()].find((url) => url !== null);
  const app = world.apps.get(account.subscribed.keys().next().value ?? '');
  return {
    id: number.id,
    verified_name: number.verifiedName,
    display_phone_number: number.displayPhoneNumber,
    quality_rating: number.quality,
    code_verification_status: 'VERIFIED',
    name_status: 'APPROVED',
    status: number.registered ? 'CONNECTED' : 'PENDING',
    platform_type: 'CLOUD_API',
    account_mode: 'LIVE',
    is_pin_enabled: number.pin !== null,
    is_official_business_account: false,
    is_on_biz_app: false,
    throughput: { level: number.mps > 80 ? 'HIGH' : 'STANDARD' },
    whatsapp_business_manager_messaging_limit: 'TIER_100K',
    health_status: {
      can_send_message: number.registered ? 'AVAILABLE' : 'BLOCKED',
      entities: [
        {
          entity_type: 'PHONE_NUMBER',
          id: number.id,
          can_send_message: number.registered ? 'AVAILABLE' : 'BLOCKED',
        },
      ],
    },
    webhook_configuration: {
      ...(number.override === null ? {} : { phone_number: number.override }),
      ...(override ? { whatsapp_business_account: override } : {}),
      application: app?.webhookUrl ?? '',
    },
  };
}

function pinOf(body: JsonObject): string {
  const pin = String(body.pin ?? '');
  if (!/^\d{6}$/.test(pin))
    throw new GraphError(100, undefined, { title: '(#100) Param pin must be 6 digits.' });
  return pin;
}

function checkedProfile(body: JsonObject): JsonObject {
  const limits: Record<string, number> = { about: 139, address: 256, description: 512, email: 128 };
  for (const [key, max] of Object.entries(limits)) {
    const value = body[key];
    if (value !== undefined && (typeof value !== 'string' || value.length > max))
      throw new GraphError(100, undefined, {
        title: `(#100) Param ${key} must be at most ${max} characters long.`,
      });
  }
  if (asArray(body.websites).length > 2)
    throw new GraphError(100, undefined, { title: '(#100) Param websites must have at most 2 elements.' });
  const { messaging_product: _product, ...profile } = body;
  return profile;
}

/** Mixed results answer HTTP 400 with both lists. */
async function block(call: GraphCall, number: Num): Promise<void> {
  const { world, method } = call;
  const body = await json(call);
  const done: JsonObject[] = [];
  const failed: JsonObject[] = [];
  const portfolio = accountOf(world, number).portfolioId;
  for (const item of asArray(body.block_users)) {
    const user = asObject(item);
    const input = asString(user.user_id) ?? asString(user.user) ?? '';
    const person = user.user_id ? byUserId(world, input, portfolio) : byPhone(world, input);
    if (!person) {
      failed.push({
        input,
        errors: [
          {
            message: 'Failed to block/unblock user',
            code: 139100,
            error_data: {
              details: 'This number does not belong to a user that messaged you in the last 24 hours.',
            },
          },
        ],
      });
      continue;
    }
    if (method === 'POST') number.blocked.add(person.id);
    else number.blocked.delete(person.id);
    done.push(user.user_id ? { input, user_id: input } : { input, wa_id: waId(input) });
  }
  saveNumber(world, number);
  const key = method === 'POST' ? 'added_users' : 'removed_users';
  sendJson(call.res, failed.length > 0 ? 400 : 200, {
    messaging_product: 'whatsapp',
    block_users: { [key]: done, ...(failed.length > 0 ? { failed_users: failed } : {}) },
  });
}

async function media(call: GraphCall): Promise<void> {
  const parts = parseMultipart(await readBody(call.req), call.req.headers['content-type'] ?? '');
  const field = (name: string) => parts.find((part) => part.name === name);
  if (field('messaging_product')?.bytes.toString('utf8') !== 'whatsapp')
    throw new GraphError(100, undefined, { title: '(#100) The parameter messaging_product is required.' });
  const file = field('file');
  if (!file) throw new GraphError(100, undefined, { title: '(#100) The parameter file is required.' });
  const mimeType = field('type')?.bytes.toString('utf8') ?? file.contentType ?? 'application/octet-stream';
  const medium = uploadMedia(call.world, { bytes: file.bytes, mimeType, filename: file.filename });
  sendJson(call.res, 200, { id: medium.id });
}

/** The heart: one message, with every way it can go wrong. */
async function messages(call: GraphCall, number: Num): Promise<void> {
  const { world, req, res } = call;
  const body = parseJson((await readBody(req)).toString('utf8'));
  const account = accountOf(world, number);
  const order = checkSend(body, number.digits, account.templates);
  if (order.kind === 'read') {
    const message = world.messages.get(order.messageId);
    if (!message || message.numberId !== number.id || message.from !== 'person')
      throw new GraphError(131009, 'message_id is not a message received by this number.');
    businessReads(world, number, message, order.typing);
    return sendJson(res, 200, { success: true });
  }

  const { faults } = world;
  const here = number.id;
  if (faults.strike('hang', here)) return;
  if (faults.strike('server_error_bare', here)) {
    res.writeHead(502, { 'content-type': 'text/html' });
    res.end(
      '<html><head><title>502 Bad Gateway</title></head><body>Sorry, something went wrong.</body></html>',
    );
    return;
  }
  if (faults.strike('server_error', here))
    throw new GraphError(131000, 'Message failed to send due to an unknown error.');
  if (faults.strike('rate_limited', here))
    throw new GraphError(130429, 'Cloud API message throughput has been reached.');
  const hangUp = faults.strike('accept_then_hang_up', here);
  const slow = faults.strike('slow', here);
  const accepted = accept(world, number, order, call.version);
  if (hangUp) {
    req.socket.destroy();
    accepted.start();
    return;
  }
  if (slow) {
    accepted.start();
    world.clock.after(slow.ms, () => answer(res, accepted.answer));
    return;
  }
  if (faults.strike('status_before_response', here)) {
    sendEarly(world, accepted.id);
    while (world.webhooks.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  }
  answer(res, accepted.answer);
  accepted.start();
}

function answer(res: ServerResponse, body: JsonObject): void {
  if (!res.destroyed) sendJson(res, 200, body);
}

// ---- accounts ---------------------------------------------------------------------------------------------

async function accountEdge(call: GraphCall, account: Account, edge: string): Promise<void> {
  const { world, method, res, query } = call;
  permit(call, account.id, 'whatsapp_business_management', account.id);
  switch (`${method} ${edge}`) {
    case 'GET ':
      return sendJson(
        res,
        200,
        pick(
          query.get('fields'),
          {
            id: account.id,
            name: `Account ${account.id}`,
            currency: 'USD',
            timezone_id: '1',
            message_template_namespace: `ns_${account.id}`,
            account_review_status: 'APPROVED',
            owner_business_info: { id: account.portfolioId, name: `Portfolio ${account.portfolioId}` },
          },
          ['id'],
          ['name', 'timezone_id', 'message_template_namespace'],
        ),
      );
    case 'GET phone_numbers': {
      const numbers = [...world.numbers.values()].filter((number) => number.accountId === account.id);
      return page(
        call,
        numbers.map((number) =>
          pick(query.get('fields'), presentNumber(world, number), ['id'], NUMBER_FIELDS),
        ),
      );
    }
    case 'GET subscribed_apps':
      return sendJson(res, 200, {
        data: [...account.subscribed].map(([id, override]) => ({
          whatsapp_business_api_data: {
            id,
            link: `https://www.facebook.com/games/?app_id=${id}`,
            name: `App ${id}`,
          },
          ...(override === null ? {} : { override_callback_uri: override }),
        })),
      });
    case 'POST subscribed_apps': {
      const body = await json(call);
      account.subscribed.set(
        call.token.appId,
        await checkedOverride(
          world,
          asString(body.override_callback_uri) ?? '',
          asString(body.verify_token) ?? '',
        ),
      );
      saveAccount(world, account);
      return sendJson(res, 200, { success: true });
    }
    case 'DELETE subscribed_apps':
      account.subscribed.delete(call.token.appId);
      saveAccount(world, account);
      return sendJson(res, 200, { success: true });
    case 'GET message_templates': {
      const filters = ['name', 'language', 'status', 'category'] as const;
      const found = account.templates.filter((template) =>
        filters.every((key) => {
          const wanted = query.get(key);
          return (
            wanted === null || (key === 'name' ? template.name.includes(wanted) : template[key] === wanted)
          );
        }),
      );
      const initial = Object.keys(
        presentTemplate(account.templates[0] ?? makeTemplate('0', { name: 'x', components: [] })),
      );
      return page(
        call,
        found.map((template) => pick(query.get('fields'), presentTemplate(template), ['id'], initial)),
      );
    }
    case 'POST message_templates':
      return createTemplate(call, account);
    case 'DELETE message_templates': {
      const name = query.get('name');
      const id = query.get('hsm_id');
      const before = account.templates.length;
      account.templates = account.templates.filter(
        (template) => !(template.name === name && (id === null || template.id === id)),
      );
      if (account.templates.length === before)
        throw new GraphError(100, undefined, { title: '(#100) Message template not found' });
      saveAccount(world, account);
      return sendJson(res, 200, { success: true });
    }
    default:
      throw methodError(call, edge);
  }
}

/** Cursor paging; the cursor is the position of the last element. */
function page(call: GraphCall, all: readonly JsonObject[]): void {
  const limit = Math.min(1000, Math.max(1, Number(call.query.get('limit') ?? 25) || 25));
  const after = call.query.get('after');
  const position = after === null ? 0 : Number(Buffer.from(after, 'base64url').toString()) + 1;
  if (!Number.isInteger(position) || position < 0 || position > all.length)
    throw new GraphError(131059, 'Invalid cursor; start again without one.');
  const data = all.slice(position, position + limit);
  const cursor = (index: number) => Buffer.from(String(index)).toString('base64url');
  const last = position + data.length - 1;
  const next = new URL(call.path, call.world.url);
  for (const [key, value] of call.query) if (key !== 'access_token') next.searchParams.set(key, value);
  next.searchParams.set('after', cursor(last));
  sendJson(call.res, 200, {
    data,
    ...(data.length > 0
      ? {
          paging: {
            cursors: { before: cursor(position), after: cursor(last) },
            ...(last < all.length - 1 ? { next: next.href } : {}),
          },
        }
      : {}),
  });
}

/** The callback must answer the challenge before it is saved. Empty = no override. */
async function checkedOverride(world: World, url: string, verifyToken: string): Promise<string | null> {
  if (url === '') return null;
  if (url.length > 200)
    throw new GraphError(100, undefined, {
      title: '(#100) Param override_callback_uri must be at most 200 characters long.',
    });
  const ok = await world.webhooks.verify(url, verifyToken, world.ids.object('challenge'));
  if (!ok)
    throw new GraphError(2200, undefined, {
      title: '(#2200) Callback verification failed with the following errors: the challenge was not returned',
    });
  return url;
}

/** PENDING, then APPROVED a minute later, with the webhook. */
async function createTemplate(call: GraphCall, account: Account): Promise<void> {
  const { world } = call;
  const body = await json(call);
  const name = asString(body.name) ?? '';
  const language = asString(body.language) ?? '';
  const category = asString(body.category)?.toUpperCase() ?? '';
  if (!/^[a-z0-9_]{1,512}$/.test(name))
    throw new GraphError(100, undefined, {
      title: '(#100) Param name may only contain lowercase letters, numbers and underscores.',
    });
  if (!language)
    throw new GraphError(100, undefined, { title: '(#100) The parameter language is required.' });
  if (category !== 'MARKETING' && category !== 'UTILITY' && category !== 'AUTHENTICATION')
    throw new GraphError(100, undefined, {
      title: '(#100) Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}.',
    });
  const components = asArray(body.components).filter(isObject);
  if (!components.some((component) => component.type === 'BODY' || component.type === 'body'))
    throw new GraphError(100, undefined, { title: '(#100) Param components must have a BODY.' });
  if (account.templates.some((template) => template.name === name && template.language === language))
    throw new GraphError(2388023, undefined, {
      title: 'Content in this language already exists for this template name.',
    });
  const template = makeTemplate(world.ids.object('template'), {
    name,
    language,
    category: category as TemplateCategory,
    status: 'PENDING',
    approvesAt: world.clock.now() + APPROVAL_MS,
    parameterFormat: body.parameter_format === 'NAMED' ? 'NAMED' : 'POSITIONAL',
    components,
  });
  account.templates.push(template);
  saveAccount(world, account, [template]);
  approve(world, account, template);
  sendJson(call.res, 200, { id: template.id, status: template.status, category: template.category });
}

/** Approves when its time comes, unless its status was changed by hand before. */
export function approve(world: World, account: Account, template: Template): void {
  const at = template.approvesAt;
  if (at === undefined) return;
  later(world, Math.max(0, at - world.clock.now()), () => {
    if (template.approvesAt === at) setTemplateStatus(world, account, template, 'APPROVED');
  });
}

/** Changes the status and tells: message_template_status_update. */
export function setTemplateStatus(
  world: World,
  account: Account,
  template: Template,
  status: Template['status'],
): void {
  template.status = status;
  delete template.approvesAt;
  saveTemplate(world, template);
  world.webhooks.emit({
    account,
    number: null,
    field: 'message_template_status_update',
    entryTime: Math.floor(world.clock.now() / 1000),
    value: {
      event: status,
      message_template_id: Number(template.id),
      message_template_name: template.name,
      message_template_language: template.language,
      reason: status === 'REJECTED' ? 'INVALID_FORMAT' : 'NONE',
      message_template_category: template.category,
    },
  });
}

async function templateNode(
  call: GraphCall,
  account: Account,
  template: Template,
  edge: string,
): Promise<void> {
  permit(call, account.id, 'whatsapp_business_management', template.id);
  if (edge !== '') throw methodError(call, edge);
  if (call.method === 'GET') return sendJson(call.res, 200, presentTemplate(template));
  if (call.method !== 'POST') throw methodError(call, edge);
  const body = await json(call);
  if (Array.isArray(body.components)) template.components = body.components.filter(isObject);
  template.status = 'PENDING';
  template.approvesAt = call.world.clock.now() + APPROVAL_MS;
  saveTemplate(call.world, template);
  approve(call.world, account, template);
  sendJson(call.res, 200, { success: true });
}

// ---- apps, tokens, files ----------------------------------------------------------------------------------

async function appEdge(call: GraphCall, appId: string, edge: string): Promise<void> {
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
          fields: [{ name: 'messages', version: `v${NEWEST}.0` }],
        },
      ],
    });
  const body = await json(call);
  const url = asString(body.callback_url) ?? '';
  const verifyToken = asString(body.verify_token) ?? '';
  app.webhookUrl = (await checkedOverride(world, url, verifyToken)) ?? '';
  app.verifyToken = verifyToken;
  saveApp(world, app);
  sendJson(call.res, 200, { success: true });
}

async function debugToken(call: GraphCall): Promise<void> {
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

async function exchange(world: World, call: Call): Promise<void> {
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

async function mediaNode(call: GraphCall, id: string): Promise<void> {
  const { world, method, res } = call;
  const medium = findMedia(world, id);
  if (!medium) throw unknownObject(method, id);
  if (!call.token.scopes.has('whatsapp_business_messaging')) throw new GraphError(10);
  if (method === 'GET') return sendJson(res, 200, presentMedia(world, medium));
  if (method === 'DELETE') {
    dropMedia(world, id);
    return sendJson(res, 200, { success: true });
  }
  throw methodError(call, '');
}

/** The URL alone is not enough: the token goes along, and five minutes later it is gone. */
function lookaside(world: World, call: Call): void {
  authenticate(world, call);
  const medium = openMediaUrl(world, call.query);
  if (!medium) {
    call.res.writeHead(404, { 'content-type': 'text/plain' });
    call.res.end('URL signature expired');
    return;
  }
  call.res.writeHead(200, { 'content-type': medium.mimeType, 'content-length': medium.bytes.length });
  call.res.end(medium.bytes);
}
