/** The templates of an account (Meta, "Message templates", 2026; PROTOCOL §8). */
import type { Dispatcher } from 'undici';
import type { Credential, ListedTemplate, TemplateList } from '../contract.ts';
import { ask } from './ask.ts';
import { rec, ref, str } from './json.ts';

// An account may hold 6,000 templates of all languages; 100 a page keeps answers below a megabyte.
const PAGE = 100;
const MAX_PAGES = 100;
const FIELDS = 'id,name,language,category,status,components';

export async function listTemplates(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string; timeoutMs: number },
): Promise<TemplateList> {
  const templates: ListedTemplate[] = [];
  const first = `${encodeURIComponent(call.accountRef)}/message_templates?fields=${FIELDS}&limit=${PAGE}`;
  let after: string | null = '';
  for (let page = 0; after !== null && page < MAX_PAGES; page++) {
    const asked = await ask(
      agent,
      call,
      after === '' ? first : `${first}&after=${encodeURIComponent(after)}`,
    );
    if (asked.outcome !== 'ok') return asked;
    const data: unknown[] = Array.isArray(asked.json.data) ? asked.json.data : [];
    for (const one of data) {
      const listed = rec(one);
      const name = str(listed?.name);
      const language = str(listed?.language);
      if (!listed || name === null || language === null) continue;
      templates.push({
        providerTemplateId: ref(listed.id),
        name,
        language,
        category: str(listed.category) ?? 'UNKNOWN',
        status: str(listed.status) ?? 'UNKNOWN',
        components: Array.isArray(listed.components) ? listed.components : [],
      });
    }
    const paging = rec(asked.json.paging);
    after = paging?.next === undefined ? null : str(rec(paging.cursors)?.after);
  }
  return { outcome: 'ok', templates };
}
