/** Edges of a business number about calls: `/calls`, `/call_permissions`, and the setting that allows them. */

import { presentPermission } from './call-permissions.ts';
import { businessAnswers, businessCalls, businessHangsUp } from './calls.ts';
import { needObject, needText, optionalText } from './checks.ts';
import { GraphError } from './errors.ts';
import { type GraphCall, json } from './graph-call.ts';
import { sendJson } from './http.ts';
import { asObject, asString, type JsonObject } from './json.ts';
import { saveNumber } from './keep.ts';
import { byPhone, byUserId } from './people.ts';
import { accountOf, type Chat, type Num, seenChat } from './world.ts';

const ACTIONS = ['connect', 'pre_accept', 'accept', 'reject', 'terminate'];

export async function calls(call: GraphCall, number: Num): Promise<void> {
  const { world, res } = call;
  const body = await json(call);
  if (body.messaging_product !== 'whatsapp')
    throw new GraphError(100, undefined, { title: '(#100) The parameter messaging_product is required.' });
  const action = asString(body.action) ?? '';
  if (!ACTIONS.includes(action))
    throw new GraphError(100, undefined, {
      title: `(#100) Param action must be one of {${ACTIONS.join(', ')}} - got "${action}".`,
    });
  if (action === 'connect') {
    checkSession(body, 'offer');
    const opaque = optionalText(body, 'biz_opaque_callback_data', 'biz_opaque_callback_data', 512) ?? null;
    const message = businessCalls(world, chatWith(call, number, body.to, body.recipient), opaque);
    return sendJson(res, 200, { messaging_product: 'whatsapp', calls: [{ id: message.id }], success: true });
  }
  const id = needText(body, 'call_id', 'call_id', 512);
  if (action === 'accept' || action === 'pre_accept') {
    checkSession(body, 'answer');
    businessAnswers(world, number, id, action === 'accept');
  } else businessHangsUp(world, number, id, action === 'reject');
  return sendJson(res, 200, { messaging_product: 'whatsapp', success: true });
}

function checkSession(body: JsonObject, wanted: 'offer' | 'answer'): void {
  const session = needObject(body, 'session', 'session');
  needText(session, 'sdp', 'session.sdp', 100_000);
  if (session.sdp_type !== wanted)
    throw new GraphError(131009, `session.sdp_type must be ${wanted} with this action.`);
}

function chatWith(call: GraphCall, number: Num, to: unknown, recipient: unknown): Chat {
  const { world } = call;
  const phone = typeof to === 'string' ? to.replace(/[+\-() ]/g, '') : '';
  const userId = typeof recipient === 'string' ? recipient : '';
  if (phone === '' && userId === '')
    throw new GraphError(100, undefined, { title: '(#100) The parameter to is required.' });
  const person =
    phone !== '' ? byPhone(world, phone) : byUserId(world, userId, accountOf(world, number).portfolioId);
  if (!person) throw new GraphError(138001, 'Recipient cannot be called.');
  // looked for only: who may be called has a chat already
  return seenChat(world, person, number);
}

export function callPermissions(call: GraphCall, number: Num): void {
  const chat = chatWith(call, number, call.query.get('user_wa_id'), call.query.get('recipient'));
  sendJson(call.res, 200, presentPermission(call.world, chat));
}

export function callSettings(call: GraphCall, number: Num): void {
  sendJson(call.res, 200, {
    calling: { status: number.takesCalls ? 'ENABLED' : 'DISABLED', call_icon_visibility: 'DEFAULT' },
  });
}

export async function changeCallSettings(call: GraphCall, number: Num): Promise<void> {
  const { status } = asObject((await json(call)).calling);
  if (status !== undefined) {
    if (status !== 'ENABLED' && status !== 'DISABLED')
      throw new GraphError(100, undefined, {
        title: '(#100) Param calling.status must be one of {ENABLED, DISABLED}.',
      });
    number.takesCalls = status === 'ENABLED';
    saveNumber(call.world, number);
  }
  sendJson(call.res, 200, { success: true });
}
