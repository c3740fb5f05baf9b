/**
 * Our address at YCloud: which events go where, and the secret that signs them (YCloud, "Webhook endpoints").
 *
 * Repeatable at any point: our endpoint is found by its address, so a run that died between making one and keeping its
 * secret finds it again; doubles that such runs left are taken away.
 */
import type { Dispatcher } from 'undici';
import { rec, ref, str } from '../cloud/json.ts';
import type { Credential, Subscription } from '../contract.ts';
import { type Asked, ask } from './call.ts';

/** Everything about WhatsApp that this provider reads. Texts, mails and calls of other kinds stay YCloud's. */
const events = [
  'whatsapp.inbound_message.received',
  'whatsapp.message.updated',
  'whatsapp.smb.message.echoes',
  'whatsapp.user.preferences',
  'whatsapp.business_account.deleted',
  'whatsapp.business_account.reviewed',
  'whatsapp.business_account.updated',
  'whatsapp.phone_number.deleted',
  'whatsapp.phone_number.name_updated',
  'whatsapp.phone_number.quality_updated',
  'whatsapp.template.category_updated',
  'whatsapp.template.quality_updated',
  'whatsapp.template.reviewed',
];

interface EndpointCall {
  credential: Credential;
  address: string | null;
  timeoutMs: number;
}

const one = (id: string): string => `webhookEndpoints/${encodeURIComponent(id)}`;

export async function subscribe(agent: Dispatcher, call: EndpointCall): Promise<Subscription> {
  const { address } = call;
  if (address === null) return { outcome: 'refused', reason: 'this installation has no public address' };
  const known = await ours(agent, call, address);
  if (known.outcome !== 'ok') return known;
  const [first, ...doubles] = known.ids;
  for (const id of doubles) await ask(agent, call, 'DELETE', one(id));
  if (first === undefined) {
    const body = { url: address, enabledEvents: events, description: 'Chaski', status: 'active' };
    return kept(await ask(agent, call, 'POST', 'webhookEndpoints', body));
  }
  const changed = await ask(agent, call, 'PATCH', one(first), { enabledEvents: events, status: 'active' });
  if (changed.outcome !== 'ok') return changed;
  if (secretOf(changed.json) !== null) return kept(changed);
  // Not told again: a new one then, of which nobody else knows either.
  return kept(await ask(agent, call, 'POST', `${one(first)}/rotateSecret`));
}

export async function unsubscribe(agent: Dispatcher, call: EndpointCall): Promise<void> {
  const known = call.address === null ? null : await ours(agent, call, call.address);
  for (const id of known?.outcome === 'ok' ? known.ids : []) await ask(agent, call, 'DELETE', one(id));
}

const secretOf = (json: Record<string, unknown>): string | null => {
  const secret = str(json.secret);
  return secret === null || secret.trim() === '' || secret.includes('*') ? null : secret;
};

function kept(answer: Asked): Subscription {
  if (answer.outcome !== 'ok') return answer;
  const secret = secretOf(answer.json);
  return secret === null
    ? { outcome: 'unreachable', reason: 'YCloud did not tell the secret of the endpoint' }
    : { outcome: 'ok', secret, portfolioRef: null };
}

/** At most 20 exist in one account of YCloud. */
async function ours(
  agent: Dispatcher,
  call: EndpointCall,
  address: string,
): Promise<{ outcome: 'ok'; ids: string[] } | Exclude<Asked, { outcome: 'ok' }>> {
  const listed = await ask(agent, call, 'GET', 'webhookEndpoints?page=1&limit=100');
  if (listed.outcome !== 'ok') return listed;
  const items: unknown[] = Array.isArray(listed.json.items) ? listed.json.items : [];
  const ids = items.flatMap((item) => {
    const endpoint = rec(item);
    const id = ref(endpoint?.id);
    return id !== null && str(endpoint?.url) === address ? [id] : [];
  });
  return { outcome: 'ok', ids: ids.sort() };
}
