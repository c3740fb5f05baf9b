/** Edges of a business number: messages, files, registration, profile, blocked people. */
import type { ServerResponse } from 'node:http';
import { type Accepted, accept, sendEarly } from './deliver.ts';
import { GraphError } from './errors.ts';
import { block, listBlocked } from './graph-blocks.ts';
import { checkedOverride, type GraphCall, json, methodError, permit, pick } from './graph-call.ts';
import { callPermissions, callSettings, calls, changeCallSettings } from './graph-calls.ts';
import { health } from './health.ts';
import { readBody, sendJson } from './http.ts';
import { asObject, asString, type JsonObject, parseJson } from './json.ts';
import { saveNumber } from './keep.ts';
import { checkMarketing, checkPlain, markLite } from './marketing.ts';
import { parseMultipart, uploadMedia } from './media.ts';
import { businessReads } from './persons.ts';
import { checkedProfile } from './profile.ts';
import { checkSend, type Order } from './send-rules.ts';
import { tierOf } from './tier.ts';
import { accountOf, type Num, type Scope, type World } from './world.ts';

export async function numberEdge(call: GraphCall, number: Num, edge: string): Promise<void> {
  const { world, method, res } = call;
  const scope: Scope =
    edge === 'messages' || edge === 'marketing_messages' || edge === 'media' || edge.startsWith('call')
      ? 'whatsapp_business_messaging'
      : 'whatsapp_business_management';
  permit(call, number.accountId, scope, number.id);
  switch (`${method} ${edge}`) {
    case 'POST messages':
    case 'POST marketing_messages':
      return messages(call, number, edge === 'marketing_messages');
    case 'POST media':
      return media(call, number);
    case 'POST calls':
      return calls(call, number);
    case 'GET call_permissions':
      return callPermissions(call, number);
    case 'GET settings':
      return callSettings(call, number);
    case 'POST settings':
      return changeCallSettings(call, number);
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
      number.profile = { ...number.profile, ...checkedProfile(world, await json(call)) };
      saveNumber(world, number);
      return sendJson(res, 200, { success: true });
    }
    case 'GET block_users':
      return listBlocked(call, number);
    case 'POST block_users':
    case 'DELETE block_users':
      return block(call, number);
    default:
      throw methodError(call, edge);
  }
}

export const NUMBER_FIELDS = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
];

export function presentNumber(world: World, number: Num): JsonObject {
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
    whatsapp_business_manager_messaging_limit: tierOf(world, account),
    health_status: health(account, number),
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

async function media(call: GraphCall, number: Num): Promise<void> {
  const parts = parseMultipart(await readBody(call.req), call.req.headers['content-type'] ?? '');
  const field = (name: string) => parts.find((part) => part.name === name);
  if (field('messaging_product')?.bytes.toString('utf8') !== 'whatsapp')
    throw new GraphError(100, undefined, { title: '(#100) The parameter messaging_product is required.' });
  const file = field('file');
  if (!file) throw new GraphError(100, undefined, { title: '(#100) The parameter file is required.' });
  const mimeType = field('type')?.bytes.toString('utf8') ?? file.contentType ?? 'application/octet-stream';
  const medium = uploadMedia(call.world, number, { bytes: file.bytes, mimeType, filename: file.filename });
  sendJson(call.res, 200, { id: medium.id });
}

/** The heart: one message, with every way it can go wrong. */
async function messages(call: GraphCall, number: Num, isMarketing: boolean): Promise<void> {
  const { world, res } = call;
  const body = parseJson((await readBody(call.req)).toString('utf8'));
  const account = accountOf(world, number);
  const order = checkSend(body, number.digits, account.templates);
  if (isMarketing) checkMarketing(order);
  else checkPlain(world, account, order);
  if (order.kind === 'read') {
    const message = world.messages.get(order.messageId);
    if (!message || message.numberId !== number.id || message.from !== 'person')
      throw new GraphError(131009, 'message_id is not a message received by this number.');
    businessReads(world, number, message, order.typing);
    return sendJson(res, 200, { success: true });
  }
  await take(call, number, order, (accepted) => {
    if (isMarketing) markLite(world.messages.get(accepted.id));
    return accepted.answer;
  });
}

/** A message that may be sent, with every fault on its way; `told` is what the caller hears when it was accepted. */
export async function take(
  call: Pick<GraphCall, 'world' | 'req' | 'res' | 'version'>,
  number: Num,
  order: Extract<Order, { kind: 'send' }>,
  told: (accepted: Accepted) => JsonObject,
): Promise<void> {
  const { world, req, res } = call;
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
  if (faults.strike('permission_denied', here))
    throw new GraphError(200, undefined, {
      title:
        '(#200) You do not have the necessary permissions to send messages on behalf of this WhatsApp Business Account',
    });
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
    world.clock.after(slow.ms, () => answer(res, told(accepted)));
    return;
  }
  if (faults.strike('status_before_response', here)) {
    sendEarly(world, accepted.id);
    while (world.webhooks.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  }
  answer(res, told(accepted));
  accepted.start();
}

function answer(res: ServerResponse, body: JsonObject): void {
  if (!res.destroyed) sendJson(res, 200, body);
}
