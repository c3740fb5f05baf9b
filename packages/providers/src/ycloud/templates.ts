/** The templates of an account, as YCloud lists them; their components are Meta's own. */
import type { Dispatcher } from 'undici';
import { rec, ref, str } from '../cloud/json.ts';
import type { Credential, ListedTemplate, TemplateList } from '../contract.ts';
import { ask } from './call.ts';

const PAGE = 100;
const MAX_PAGES = 100;

export async function listTemplates(
  agent: Dispatcher,
  call: { credential: Credential; accountRef: string; timeoutMs: number },
): Promise<TemplateList> {
  const templates: ListedTemplate[] = [];
  const account = encodeURIComponent(call.accountRef);
  for (let page = 1; page <= MAX_PAGES; page++) {
    const path = `whatsapp/templates?page=${page}&limit=${PAGE}&filter.wabaId=${account}`;
    const listed = await ask(agent, call, 'GET', path);
    if (listed.outcome !== 'ok') return listed;
    const items: unknown[] = Array.isArray(listed.json.items) ? listed.json.items : [];
    for (const one of items) {
      const found = rec(one);
      const name = str(found?.name);
      const language = str(found?.language);
      if (!found || name === null || language === null) continue;
      // A filter that is not understood would bring another account's.
      if (ref(found.wabaId) !== null && ref(found.wabaId) !== call.accountRef) continue;
      templates.push({
        providerTemplateId: ref(found.officialTemplateId),
        name,
        language,
        category: str(found.category) ?? 'UNKNOWN',
        status: str(found.status) ?? 'UNKNOWN',
        components: Array.isArray(found.components) ? found.components : [],
      });
    }
    if (items.length < PAGE) break;
  }
  return { outcome: 'ok', templates };
}
