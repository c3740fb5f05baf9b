/**
 * The admin API under `/_sim/`: set the stage, pull the strings, look behind it. Needs the admin key.
 *
 *   GET  /_sim/state                                    everything at a glance
 *   POST /_sim/apps        {id, secret, webhookUrl, verifyToken}        (again = replace)
 *   POST /_sim/apps/{id}/verify                         → { verified }: the GET challenge, as Meta does on save
 *   POST /_sim/accounts    {id, appId, token?, portfolioId?}
 *   POST /_sim/numbers     {phoneNumberId, displayPhoneNumber?, verifiedName?, token?, accountId?, appId?, mps?, hasWindow?}
 *   POST /_sim/ycloud      {token, phoneNumberId, displayPhoneNumber?, verifiedName?}   a number under an API key of YCloud's
 *   POST /_sim/templates   {accountId, name, language?, category?, status?, components, optimization?}
 *   POST /_sim/templates/{name}   {accountId, status?, reason?, quality?, category?, correctCategory?, components?, pause?}
 *   POST /_sim/tokens      {token, expired?, scopes?}
 *   POST /_sim/signup      {accountId, appId}           → { code }: Embedded Signup, exchanged at /oauth/access_token
 *   GET|POST /_sim/people ; POST /_sim/people/{id}/messages {numberId, …NewMessage} ; POST …/{id}/read {numberId}
 *   POST /_sim/people/{id}/call {numberId, do?}         start (default), answer, hang_up
 *   GET|POST|DELETE /_sim/faults
 *   POST /_sim/limits      {accountId?, tier?, marketingMoved?, marketingCap?, phoneNumberId?, quality?} ; GET: calls beyond them
 *   POST /_sim/clock       {advanceMs}                  only with a virtual clock
 *   POST /_sim/webhooks    {stopped}
 *   POST /_sim/emit        {phoneNumberId | accountId, field, value}    any other webhook
 *   GET  /_sim/transcript?phone=                        what arrived on that phone
 *   GET  /_sim/deliveries                               webhooks as they were POSTed
 *   POST /_sim/reset                                    forgets people, messages, files, faults; keeps apps and numbers
 */
import { issueCode } from './graph-apps.ts';
import { type Call, HttpError, readObject, safeDecode, sendJson } from './http.ts';
import type { Simulator } from './index.ts';
import { asArray, asString, isObject, type JsonObject } from './json.ts';
import { personReads, personSends } from './persons.ts';
import { armFault, callBy, newMessage } from './phone-routes.ts';
import type { TemplateChange } from './template-life.ts';
import type { TemplateCategory, TemplateStatus } from './templates.ts';
import type { Tier } from './tier.ts';
import type { Num, Person, Scope, World } from './world.ts';
import { addYcloudNumber } from './ycloud-setup.ts';

function need(body: JsonObject, key: string): string {
  const value = body[key];
  if (typeof value !== 'string' || value === '') throw new HttpError(400, `Give ${key} as text.`);
  return value;
}

/** Only keys that are there, as text. */
function texts<K extends string>(body: JsonObject, ...keys: K[]): Partial<Record<K, string>> {
  const out: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = asString(body[key]);
    if (value !== undefined && value !== '') out[key] = value;
  }
  return out;
}

function personOf(world: World, id: string): Person {
  const person = world.people.get(id);
  if (!person) throw new HttpError(404, `There is no person ${id}.`);
  return person;
}

function numberOf(world: World, id: string): Num {
  const number = world.numbers.get(id);
  if (!number) throw new HttpError(404, `There is no number ${id}.`);
  return number;
}

export async function admin(sim: Simulator, world: World, call: Call): Promise<void> {
  const { method, req, res, query } = call;
  const [what = '', id = '', verb = ''] = call.path.slice('/_sim/'.length).split('/').map(safeDecode);
  const body = method === 'POST' ? await readObject(req) : {};
  switch (`${method} ${what}${id ? '/:id' : ''}${verb ? `/${verb}` : ''}`) {
    case 'GET state':
      return sendJson(res, 200, state(world));
    case 'POST apps':
      sim.addApp({
        id: need(body, 'id'),
        secret: need(body, 'secret'),
        webhookUrl: asString(body.webhookUrl) ?? '',
        verifyToken: asString(body.verifyToken) ?? '',
      });
      return sendJson(res, 201, { id: body.id });
    case 'POST apps/:id/verify':
      return sendJson(res, 200, { verified: await sim.verifyWebhook(id) });
    case 'POST accounts':
      sim.addAccount({
        id: need(body, 'id'),
        appId: need(body, 'appId'),
        ...texts(body, 'token', 'portfolioId'),
      });
      return sendJson(res, 201, { id: body.id });
    case 'POST numbers': {
      const number = sim.addNumber({
        phoneNumberId: need(body, 'phoneNumberId'),
        ...texts(body, 'displayPhoneNumber', 'verifiedName', 'accountId', 'appId', 'token'),
        ...(typeof body.mps === 'number' ? { mps: body.mps } : {}),
        ...(typeof body.hasWindow === 'boolean' ? { hasWindow: body.hasWindow } : {}),
      });
      return sendJson(res, 201, number);
    }
    case 'POST ycloud': {
      const number = addYcloudNumber(world, {
        token: need(body, 'token'),
        phoneNumberId: need(body, 'phoneNumberId'),
        ...texts(body, 'displayPhoneNumber', 'verifiedName', 'accountId'),
      });
      return sendJson(res, 201, number);
    }
    case 'POST templates': {
      const template = sim.addTemplate(need(body, 'accountId'), {
        name: need(body, 'name'),
        components: asArray(body.components).filter(isObject),
        ...texts(body, 'language'),
        ...(body.category ? { category: need(body, 'category') as TemplateCategory } : {}),
        ...(body.status ? { status: need(body, 'status') as TemplateStatus } : {}),
        ...(isObject(body.optimization) ? { optimization: body.optimization } : {}),
      });
      return sendJson(res, 201, { id: template.id });
    }
    case 'POST templates/:id':
      sim.changeTemplate(need(body, 'accountId'), id, {
        ...texts(body, 'status', 'reason', 'quality', 'category', 'correctCategory'),
        ...(body.pause === true ? { pause: true } : {}),
        ...(Array.isArray(body.components) ? { components: body.components.filter(isObject) } : {}),
      } as TemplateChange);
      return sendJson(res, 200, { ok: true });
    case 'POST tokens':
      sim.setToken(need(body, 'token'), {
        ...(typeof body.expired === 'boolean' ? { expired: body.expired } : {}),
        ...(Array.isArray(body.scopes) ? { scopes: body.scopes.map(String) as Scope[] } : {}),
      });
      return sendJson(res, 200, { ok: true });
    case 'POST signup': {
      const accountId = need(body, 'accountId');
      const appId = need(body, 'appId');
      if (!world.accounts.has(accountId)) throw new HttpError(404, `There is no account ${accountId}.`);
      const token = `EAAsim${world.ids.object('token')}`;
      sim.addToken(token, { appId, accountId });
      return sendJson(res, 201, { code: issueCode(world, appId, token) });
    }
    case 'GET people':
      return sendJson(res, 200, { people: sim.people() });
    case 'POST people':
      return sendJson(res, 201, {
        person: sim.addPerson({
          ...texts(body, 'name', 'phone', 'userId', 'parentUserId', 'username'),
          ...(typeof body.onWhatsApp === 'boolean' ? { onWhatsApp: body.onWhatsApp } : {}),
        }),
      });
    case 'POST people/:id/messages': {
      const { numberId, ...content } = body;
      const message = personSends(
        world,
        personOf(world, id),
        numberOf(world, String(numberId)),
        newMessage(content),
      );
      return sendJson(res, 201, { id: message.id });
    }
    case 'POST people/:id/call': {
      const number = numberOf(world, need(body, 'numberId'));
      return sendJson(res, 201, { id: callBy(world, personOf(world, id), number, body.do ?? 'start').id });
    }
    case 'POST people/:id/read':
      personReads(world, personOf(world, id), numberOf(world, need(body, 'numberId')));
      return sendJson(res, 200, { ok: true });
    case 'GET limits':
      return sendJson(res, 200, { over: { ...sim.limits.over() } });
    case 'POST limits':
      if (body.tier !== undefined) sim.limits.setTier(need(body, 'accountId'), need(body, 'tier') as Tier);
      if (body.quality !== undefined)
        sim.limits.setQuality(need(body, 'phoneNumberId'), need(body, 'quality') as Num['quality']);
      if (typeof body.marketingMoved === 'boolean')
        sim.limits.moveMarketing(need(body, 'accountId'), body.marketingMoved);
      if (typeof body.marketingCap === 'number') sim.limits.capMarketing(body.marketingCap);
      return sendJson(res, 200, { over: { ...sim.limits.over() } });
    case 'GET faults':
      return sendJson(res, 200, { faults: world.faults.list() });
    case 'POST faults':
      armFault(world, body);
      return sendJson(res, 200, { faults: world.faults.list() });
    case 'DELETE faults':
      world.faults.disarm();
      return sendJson(res, 200, { faults: world.faults.list() });
    case 'POST clock':
      await sim.advance(Number(body.advanceMs));
      return sendJson(res, 200, { now: world.clock.now() });
    case 'POST webhooks':
      if (body.stopped === true) sim.stopWebhooks();
      else sim.resumeWebhooks();
      return sendJson(res, 200, { stopped: body.stopped === true });
    case 'POST emit': {
      if (!isObject(body.value)) throw new HttpError(400, 'Give value as an object.');
      const webhook = { field: need(body, 'field'), value: body.value };
      const { phoneNumberId } = texts(body, 'phoneNumberId');
      if (phoneNumberId === undefined) sim.emitWebhook({ ...webhook, accountId: need(body, 'accountId') });
      else sim.emitWebhook({ ...webhook, phoneNumberId });
      return sendJson(res, 202, { ok: true });
    }
    case 'GET transcript':
      return sendJson(res, 200, { messages: sim.messagesTo(query.get('phone') ?? '') });
    case 'GET deliveries':
      return sendJson(res, 200, { deliveries: world.webhooks.deliveries });
    case 'POST reset':
      sim.reset();
      return sendJson(res, 200, { ok: true });
    default:
      throw new HttpError(404, `There is no ${method} ${call.path}.`);
  }
}

function state(world: World): JsonObject {
  return {
    now: world.clock.now(),
    url: world.url,
    apps: [...world.apps.values()].map((app) => ({ id: app.id, webhookUrl: app.webhookUrl })),
    accounts: [...world.accounts.values()].map((account) => ({
      id: account.id,
      portfolioId: account.portfolioId,
      subscribedApps: [...account.subscribed.keys()],
      templates: account.templates.map(
        (template) => `${template.name} (${template.language}) ${template.category} ${template.status}`,
      ),
    })),
    numbers: [...world.numbers.values()].map((number) => ({
      id: number.id,
      displayPhoneNumber: number.displayPhoneNumber,
      accountId: number.accountId,
      quality: number.quality,
      registered: number.registered,
      hasWindow: number.hasWindow,
    })),
    people: world.people.size,
    messages: world.messages.size,
    webhooks: {
      inFlight: world.webhooks.inFlight,
      waiting: world.webhooks.waiting,
      pendingStatuses: world.pending.count,
    },
  };
}
