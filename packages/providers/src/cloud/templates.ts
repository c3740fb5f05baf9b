/** The templates of an account (Meta, "Message templates", 2026; PROTOCOL §8). */
import type { Dispatcher } from 'undici';
import type { Credential, ListedTemplate, TemplateList } from '../contract.ts';
import { ask } from './ask.ts';
import { rec, ref, str } from './json.ts';

// An account may hold 6,000 templates of all languages; 100 a page keeps answers below a megabyte.
const PAGE = 100;
const MAX_PAGES = 100;
const FIELDS =
  'id,name,language,category,status,components,quality_score,rejected_reason,parameter_format,previous_category,message_send_ttl_seconds';

export function listTemplates(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string; timeoutMs: number },
): Promise<TemplateList> {
  return listedTemplates(agent, call, {});
}

/** All that the filters let through, page after page. */
export async function listedTemplates(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string; timeoutMs: number },
  filters: Readonly<Record<string, string>>,
): Promise<TemplateList> {
  const templates: ListedTemplate[] = [];
  const query = new URLSearchParams({ ...filters, fields: FIELDS, limit: String(PAGE) });
  const edge = `${encodeURIComponent(call.accountRef)}/message_templates`;
  let after: string | null = '';
  for (let page = 0; after !== null && page < MAX_PAGES; page++) {
    if (after !== '') query.set('after', after);
    const asked = await ask(agent, call, `${edge}?${query}`);
    if (asked.outcome !== 'ok') return asked;
    const data: unknown[] = Array.isArray(asked.json.data) ? asked.json.data : [];
    for (const one of data) {
      const listed = readTemplate(one);
      if (listed) templates.push(listed);
    }
    const paging = rec(asked.json.paging);
    after = paging?.next === undefined ? null : str(rec(paging.cursors)?.after);
  }
  return { outcome: 'ok', templates };
}

function readTemplate(one: unknown): ListedTemplate | null {
  const listed = rec(one);
  const name = str(listed?.name);
  const language = str(listed?.language);
  if (!listed || name === null || language === null) return null;
  const reason = str(listed.rejected_reason);
  const ttl = Number(ref(listed.message_send_ttl_seconds));
  return {
    providerTemplateId: ref(listed.id),
    name,
    language,
    category: str(listed.category) ?? 'UNKNOWN',
    status: str(listed.status) ?? 'UNKNOWN',
    components: Array.isArray(listed.components) ? listed.components : [],
    quality: str(rec(listed.quality_score)?.score) ?? str(listed.quality_score),
    // `NONE` is how WhatsApp writes that there is none.
    rejectedReason: reason === 'NONE' ? null : reason,
    parameterFormat: str(listed.parameter_format)?.toUpperCase() === 'NAMED' ? 'NAMED' : 'POSITIONAL',
    messageSendTtlSeconds: Number.isSafeInteger(ttl) && ttl !== 0 ? ttl : null,
  };
}
