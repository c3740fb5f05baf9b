/**
 * What WhatsApp counted of templates, day by day (UTC; Meta, "Template analytics"). The account must have confirmed them
 * once in WhatsApp Manager; in the EU, the United Kingdom and Japan there are none.
 */
import type { Dispatcher } from 'undici';
import type { Credential, TemplateDay, TemplateDays } from '../contract.ts';
import { ask } from './ask.ts';
import { type Rec, rec, ref, str } from './json.ts';

/** WhatsApp takes ten in one question. */
const most = 10;
const maxPages = 50;

export async function templateDays(
  agent: Dispatcher,
  call: {
    credential: Credential;
    accountRef: string;
    providerTemplateIds: readonly string[];
    from: Date;
    to: Date;
    timeoutMs: number;
  },
): Promise<TemplateDays> {
  const days: TemplateDay[] = [];
  for (let at = 0; at < call.providerTemplateIds.length; at += most) {
    const query = new URLSearchParams({
      start: String(Math.floor(call.from.getTime() / 1000)),
      end: String(Math.floor(call.to.getTime() / 1000)),
      granularity: 'daily',
      metric_types: 'cost,clicked,delivered,read,sent',
      template_ids: `[${call.providerTemplateIds.slice(at, at + most).join(',')}]`,
      limit: '100',
    });
    let after: string | null = '';
    for (let page = 0; after !== null && page < maxPages; page++) {
      if (after !== '') query.set('after', after);
      const asked = await ask(
        agent,
        call,
        `${encodeURIComponent(call.accountRef)}/template_analytics?${query}`,
      );
      if (asked.outcome !== 'ok') return asked;
      for (const part of list(asked.json.data)) days.push(...list(part.data_points).flatMap(readDay));
      const paging = rec(asked.json.paging);
      after = paging?.next === undefined ? null : str(rec(paging.cursors)?.after);
    }
  }
  return { outcome: 'ok', days };
}

function list(value: unknown): Rec[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one): Rec[] => {
    const read = rec(one);
    return read ? [read] : [];
  });
}

const count = (value: unknown): number => (Number.isSafeInteger(Number(value)) ? Number(value) : 0);

function readDay(point: Rec): TemplateDay[] {
  const id = ref(point.template_id);
  const start = Number(point.start);
  if (id === null || !Number.isFinite(start)) return [];
  // Where WhatsApp names people beside all taps of an address, the people count: two of one person are one.
  const taps = list(point.clicked).map((one) => ({
    type: str(one.type)?.toLowerCase() ?? '',
    n: count(one.count),
  }));
  const unique = taps.some(({ type }) => type === 'unique_url_button');
  const spent = list(point.cost).find((one) => str(one.type)?.toLowerCase() === 'amount_spent')?.value;
  return [
    {
      providerTemplateId: id,
      day: new Date(start * 1000).toISOString().slice(0, 10),
      sent: count(point.sent),
      delivered: count(point.delivered),
      read: count(point.read),
      clicked: taps.reduce((sum, { type, n }) => (unique && type === 'url_button' ? sum : sum + n), 0),
      costMicros: typeof spent === 'number' && spent >= 0 ? Math.round(spent * 1e6) : null,
    },
  ];
}
