/** The edge block_users: people whom a number does not hear. */
import { type GraphCall, json } from './graph-call.ts';
import { sendJson } from './http.ts';
import { asArray, asObject, asString, type JsonObject } from './json.ts';
import { saveNumber } from './keep.ts';
import { windowUntil } from './limits.ts';
import { byPhone, byUserId, waId } from './people.ts';
import { accountOf, type Num, seenChat } from './world.ts';

export function listBlocked({ world, res }: GraphCall, number: Num): void {
  sendJson(res, 200, {
    data: [...number.blocked].map((id) => {
      const person = world.people.get(id);
      return {
        messaging_product: 'whatsapp',
        ...(person?.phone ? { wa_id: person.phone } : { user_id: person?.userId ?? id }),
      };
    }),
    paging: { cursors: {} },
  });
}

/** Who wrote within 24 hours may be blocked. Mixed results answer HTTP 400 with both lists. */
export async function block(call: GraphCall, number: Num): Promise<void> {
  const { world, method } = call;
  const body = await json(call);
  const done: JsonObject[] = [];
  const failed: JsonObject[] = [];
  const portfolio = accountOf(world, number).portfolioId;
  for (const item of asArray(body.block_users)) {
    const user = asObject(item);
    const input = asString(user.user_id) ?? asString(user.user) ?? '';
    const person = user.user_id ? byUserId(world, input, portfolio) : byPhone(world, input);
    const isKnown =
      person &&
      (method === 'DELETE' || windowUntil(seenChat(world, person, number), world.clock.now()) !== null);
    if (!isKnown) {
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
