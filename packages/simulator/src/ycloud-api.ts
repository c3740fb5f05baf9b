/**
 * YCloud's API v2, as far as messages need it: sending, receipts, files, numbers, templates, webhook endpoints.
 * Source: YCloud "API reference" and "Errors", 2026. What it hands on to WhatsApp follows WhatsApp's rules.
 */
import { createHash } from 'node:crypto';
import { GraphError } from './errors.ts';
import { take } from './graph-numbers.ts';
import { type Call, readBody, safeDecode, sendJson } from './http.ts';
import { asArray, asObject, asString, type JsonObject, parseJson } from './json.ts';
import { findMedia, parseMultipart, seenBy, uploadMedia } from './media.ts';
import { businessReads } from './persons.ts';
import { checkSend } from './send-rules.ts';
import { addApp } from './setup.ts';
import { type Account, type App, accountOf, type Num, type Token, type World } from './world.ts';
import { companyOf, endpointsOf, listen } from './ycloud-setup.ts';

/** The Graph version whose webhooks YCloud renders its events from. */
const GRAPH = 24;
const MOST_ENDPOINTS = 20;
const URL_MAX = 500;

class YcloudError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface YcloudCall extends Call {
  world: World;
  token: Token;
}

/** YCloud's own id of a message, made from WhatsApp's. */
export const ycloudId = (wamid: string): string =>
  createHash('sha256').update(wamid).digest('hex').slice(0, 24);

export async function ycloud(world: World, call: Call): Promise<void> {
  try {
    await route({ ...call, world, token: authenticate(world, call) });
  } catch (error) {
    if (call.res.headersSent || call.res.destroyed) return;
    const told = toldOf(error, world);
    if (told === null) throw error;
    sendJson(call.res, told.status, { error: told });
  }
}

/** WhatsApp's refusals are wrapped whole; being too fast is 429 here. */
function toldOf(error: unknown, world: World): (JsonObject & { status: number }) | null {
  if (error instanceof YcloudError) {
    const { status, code, message } = error;
    return { status, code, message, requestId: world.ids.trace() };
  }
  if (!(error instanceof GraphError)) return null;
  const inner = asObject(error.envelope(world.ids.trace()).error);
  const tooFast = [4, 80007, 130429, 131056].includes(error.code);
  return {
    status: tooFast ? 429 : error.status,
    code: tooFast ? 'TOO_MANY_REQUESTS' : 'WHATSAPP_API_ERROR',
    message: error.message,
    requestId: world.ids.trace(),
    whatsappApiError: { ...inner, code: String(error.code) },
  };
}

function authenticate(world: World, call: Call): Token {
  const key = call.req.headers['x-api-key'];
  const wrong = () => new YcloudError(401, 'UNAUTHORIZED', 'The API key is missing or wrong.');
  if (typeof key !== 'string' || key === '') throw wrong();
  if (world.faults.strike('token_expired')) throw wrong();
  // A mock_ key is somebody who tries; any other must have been set up.
  const token = world.tokens.get(key) ?? (key.startsWith('mock_') ? companyOf(world, key) : undefined);
  if (!token || token.expired || world.apps.get(token.appId)?.ycloud === undefined) throw wrong();
  return token;
}

async function route(call: YcloudCall): Promise<void> {
  const { method, res } = call;
  const [area = '', what = '', id = '', verb = ''] = call.path
    .slice('/v2/'.length)
    .split('/')
    .map(safeDecode);
  if (area === 'webhookEndpoints') return endpoints(call, what, id);
  if (area !== 'whatsapp') throw new YcloudError(404, 'NOT_FOUND', `There is no ${method} ${call.path}.`);
  switch (`${method} ${what}${id ? '/:id' : ''}${verb ? `/${verb}` : ''}`) {
    case 'POST messages':
    case 'POST messages/:id':
      if (id !== '' && id !== 'sendDirectly') break;
      return send(call);
    case 'GET messages/:id':
      return sendJson(res, 200, message(call, id));
    case 'POST inboundMessages/:id/markAsRead':
    case 'POST inboundMessages/:id/typing':
      return markRead(call, id, verb === 'typing');
    case 'POST media/:id/upload':
      return upload(call, id);
    case 'GET media/:id':
      return download(call, id);
    case 'GET phoneNumbers':
      return sendJson(res, 200, page(numbers(call).map((number) => presentNumber(number))));
    case 'GET businessAccounts':
      return sendJson(
        res,
        200,
        page(accounts(call).map((account) => ({ id: account.id, name: `Account ${account.id}` }))),
      );
    case 'GET templates':
      return sendJson(res, 200, page(templates(call)));
  }
  throw new YcloudError(404, 'NOT_FOUND', `There is no ${method} ${call.path}.`);
}

const page = (items: JsonObject[]): JsonObject => ({ items, offset: 0, limit: 100, length: items.length });

async function bodyOf(call: YcloudCall): Promise<JsonObject> {
  return asObject(parseJson((await readBody(call.req)).toString('utf8')));
}

const accounts = ({ world, token }: YcloudCall): Account[] =>
  [...token.accountIds].flatMap((id) => world.accounts.get(id) ?? []);

const numbers = ({ world, token }: YcloudCall): Num[] =>
  [...world.numbers.values()].filter((number) => token.accountIds.has(number.accountId));

function numberOf(call: YcloudCall, phone: string): Num {
  const number = numbers(call).find((known) => known.digits === phone.replace(/\D/g, ''));
  if (!number) throw new YcloudError(400, 'PARAM_INVALID', `${phone} is not a phone number of this account.`);
  return number;
}

const presentNumber = (number: Num): JsonObject => ({
  phoneNumber: `+${number.digits}`,
  displayPhoneNumber: number.displayPhoneNumber,
  wabaId: number.accountId,
  qualityRating: number.quality,
  verifiedName: number.verifiedName,
  status: number.registered ? 'CONNECTED' : 'PENDING',
});

function templates(call: YcloudCall): JsonObject[] {
  const wanted = call.query.get('filter.wabaId');
  return accounts(call)
    .filter((account) => wanted === null || account.id === wanted)
    .flatMap((account) =>
      account.templates.map(({ id, name, language, category, status, components }) => ({
        wabaId: account.id,
        officialTemplateId: id,
        name,
        language,
        category,
        status,
        components,
      })),
    );
}

/** The same message as Meta's, in YCloud's envelope. */
async function send(call: YcloudCall): Promise<void> {
  const { world } = call;
  const { from, externalId, recipientType, ...rest } = await bodyOf(call);
  const number = numberOf(call, asString(from) ?? '');
  const account = accountOf(world, number);
  const order = checkSend(
    {
      messaging_product: 'whatsapp',
      recipient_type: asString(recipientType) ?? 'individual',
      ...rest,
      ...(externalId === undefined ? {} : { biz_opaque_callback_data: externalId }),
    },
    number.digits,
    account.templates,
  );
  if (order.kind !== 'send') throw new YcloudError(400, 'PARAM_INVALID', 'This is no message.');
  await take({ ...call, version: GRAPH }, number, order, ({ id }) => ({
    id: ycloudId(id),
    wamid: id,
    wabaId: account.id,
    from: `+${number.digits}`,
    ...(rest.to === undefined ? { recipient: rest.recipient ?? null } : { to: rest.to }),
    type: order.type,
    status: 'accepted',
    createTime: new Date(world.clock.now()).toISOString(),
    ...(externalId === undefined ? {} : { externalId }),
  }));
}

function message(call: YcloudCall, id: string): JsonObject {
  const ours = new Set(numbers(call).map((number) => number.id));
  for (const known of call.world.messages.values()) {
    if (!ours.has(known.numberId) || (known.id !== id && ycloudId(known.id) !== id)) continue;
    return { id: ycloudId(known.id), wamid: known.id, type: known.type, status: known.tick };
  }
  throw new YcloudError(404, 'NOT_FOUND', `There is no message ${id}.`);
}

/** By YCloud's id or by WhatsApp's; answers 200 with nothing. */
async function markRead(call: YcloudCall, id: string, typing: boolean): Promise<void> {
  const { world, res } = call;
  await readBody(call.req);
  for (const number of numbers(call)) {
    for (const known of world.messages.values()) {
      if (known.numberId !== number.id || known.from !== 'person') continue;
      if (known.id !== id && ycloudId(known.id) !== id) continue;
      businessReads(world, number, known, typing);
      res.writeHead(200, { 'content-length': 0 });
      res.end();
      return;
    }
  }
  throw new YcloudError(404, 'NOT_FOUND', `There is no inbound message ${id}.`);
}

async function upload(call: YcloudCall, phone: string): Promise<void> {
  const number = numberOf(call, phone);
  const parts = parseMultipart(await readBody(call.req), call.req.headers['content-type'] ?? '');
  const file = parts.find((part) => part.name === 'file');
  if (!file) throw new YcloudError(400, 'PARAM_MISSING', 'The parameter file is required.');
  const medium = uploadMedia(call.world, number, {
    bytes: file.bytes,
    mimeType: file.contentType ?? 'application/octet-stream',
    filename: file.filename,
  });
  sendJson(call.res, 200, { id: medium.id });
}

function download(call: YcloudCall, id: string): void {
  const medium = findMedia(call.world, id);
  if (!medium || !seenBy(call.world, medium, call.token))
    throw new YcloudError(404, 'NOT_FOUND', `There is no file ${id}.`);
  call.res.writeHead(200, { 'content-type': medium.mimeType, 'content-length': medium.bytes.length });
  call.res.end(medium.bytes);
}

// ---- webhook endpoints ------------------------------------------------------------------------------------

async function endpoints(call: YcloudCall, id: string, verb: string): Promise<void> {
  const { world, method, res, token } = call;
  const known = endpointsOf(world, token.appId);
  const one = (): App => {
    const endpoint = known.find((app) => app.id === id);
    if (!endpoint) throw new YcloudError(404, 'NOT_FOUND', `There is no webhook endpoint ${id}.`);
    return endpoint;
  };
  const secret = () => `whsec_${world.ids.trace()}`;
  switch (`${method}${id ? ' :id' : ''}${verb ? `/${verb}` : ''}`) {
    case 'GET':
      return sendJson(res, 200, page(known.map((app) => present(app))));
    case 'POST': {
      const body = await bodyOf(call);
      if (known.length >= MOST_ENDPOINTS)
        throw new YcloudError(
          400,
          'PARAM_INVALID',
          `There may be ${MOST_ENDPOINTS} webhook endpoints at most.`,
        );
      const endpoint: App = {
        id: `whe_${world.ids.object('endpoint')}`,
        secret: secret(),
        webhookUrl: urlOf(body),
        verifyToken: '',
        ycloud: { company: token.appId, events: eventsOf(body) },
      };
      addApp(world, endpoint);
      for (const accountId of token.accountIds) listen(world, endpoint, accountId);
      return sendJson(res, 200, { ...present(endpoint), secret: endpoint.secret });
    }
    case 'GET :id':
      return sendJson(res, 200, present(one()));
    case 'PATCH :id': {
      const body = await bodyOf(call);
      const changed: App = {
        ...one(),
        ...(body.url === undefined ? {} : { webhookUrl: urlOf(body) }),
        ...(body.enabledEvents === undefined
          ? {}
          : { ycloud: { company: token.appId, events: eventsOf(body) } }),
      };
      addApp(world, changed);
      return sendJson(res, 200, present(changed));
    }
    case 'DELETE :id':
      addApp(world, { ...one(), webhookUrl: '' });
      return sendJson(res, 200, {});
    case 'POST :id/rotateSecret': {
      const rotated = { ...one(), secret: secret() };
      addApp(world, rotated);
      return sendJson(res, 200, { ...present(rotated), secret: rotated.secret });
    }
  }
  throw new YcloudError(404, 'NOT_FOUND', `There is no ${method} ${call.path}.`);
}

/** The secret is told when it is made, and hidden afterwards: receivers must not rely on a second look. */
const present = (app: App): JsonObject => ({
  id: app.id,
  url: app.webhookUrl,
  enabledEvents: app.ycloud?.events ?? [],
  status: 'active',
});

function urlOf(body: JsonObject): string {
  const url = asString(body.url) ?? '';
  if (!URL.canParse(url) || url.length > URL_MAX)
    throw new YcloudError(
      400,
      'PARAM_INVALID',
      `url must be a web address of at most ${URL_MAX} characters.`,
    );
  return url;
}

function eventsOf(body: JsonObject): string[] {
  const events = asArray(body.enabledEvents).map(String);
  if (events.length === 0) throw new YcloudError(400, 'PARAM_INVALID', 'enabledEvents must not be empty.');
  return events;
}
