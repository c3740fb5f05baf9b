/** Whose a number is: WhatsApp shows it only to tokens that may use it (Meta, "Phone numbers", 2026). */
import type { Dispatcher } from 'undici';
import type { Credential, NumberInfo } from '../contract.ts';
import { type Answer, graphErrorOf, jsonOf, request } from './http.ts';
import { type Rec, rec, ref, str } from './json.ts';
import { bearer, graphUrl } from './send.ts';

const MAX_ANSWER = 1024 * 1024;
/** Of 100 numbers each; an account may hold a few hundred at most. */
const MAX_PAGES = 10;

export async function numberInfo(
  agent: Dispatcher,
  call: { credential: Credential; phoneNumberId: string; accountRef?: string | null; timeoutMs: number },
): Promise<NumberInfo> {
  const get = async (path: string) =>
    read(
      await request(agent, {
        method: 'GET',
        url: graphUrl(call.credential, path),
        headers: bearer(call.credential),
        timeoutMs: call.timeoutMs,
        maxBytes: MAX_ANSWER,
      }),
    );
  const id = encodeURIComponent(call.phoneNumberId);
  const number = await get(`${id}?fields=display_phone_number,verified_name`);
  if (number.outcome !== 'ok') return number;
  const displayPhoneNumber = str(number.json.display_phone_number);
  // Other objects (accounts, apps) answer at the same place, without a number.
  if (ref(number.json.id) !== call.phoneNumberId || displayPhoneNumber === null) {
    return { outcome: 'refused', reason: 'this id is no phone number' };
  }
  if (call.accountRef) {
    const account = `${encodeURIComponent(call.accountRef)}/phone_numbers?fields=id&limit=100`;
    let after: string | null = '';
    let found = false;
    for (let page = 0; !found && after !== null && page < MAX_PAGES; page++) {
      const listed = await get(after === '' ? account : `${account}&after=${encodeURIComponent(after)}`);
      if (listed.outcome !== 'ok') return listed;
      const data: unknown[] = Array.isArray(listed.json.data) ? listed.json.data : [];
      found = data.some((one) => ref(rec(one)?.id) === call.phoneNumberId);
      const paging = rec(listed.json.paging);
      after = paging?.next === undefined ? null : str(rec(paging.cursors)?.after);
    }
    if (!found) return { outcome: 'refused', reason: `account ${call.accountRef} has no such number` };
  }
  return { outcome: 'ok', displayPhoneNumber, verifiedName: str(number.json.verified_name) ?? '' };
}

function read(answer: Answer): { outcome: 'ok'; json: Rec } | Exclude<NumberInfo, { outcome: 'ok' }> {
  if (answer.kind !== 'answer') return { outcome: 'unreachable', reason: answer.reason };
  const json = jsonOf(answer.body);
  const graph = graphErrorOf(json, answer.status);
  if (graph) {
    const { error, class: retryable } = graph;
    const later = retryable.retry === 'later' || retryable.retry === 'after';
    return {
      outcome: later ? 'unreachable' : 'refused',
      reason: `${error.code}: ${error.details ?? error.message}`,
    };
  }
  if (json === null || answer.status < 200 || answer.status > 299) {
    return { outcome: 'unreachable', reason: `status ${answer.status} without an answer of WhatsApp` };
  }
  return { outcome: 'ok', json };
}
