import { campaignPlace, type TemplateVariable, templateVariables, variableKey } from '@chaski/contracts';
import type { Campaign, Template } from '@chaski/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { all } from '../../api/all.ts';
import { chaski } from '../../api/client.ts';
import { wordBefore } from './guess.ts';

type Variable = NonNullable<Campaign['message']>['variables'][number];

export const campaignsQuery = infiniteQueryOptions({
  queryKey: ['campaign', 'list'],
  queryFn: ({ pageParam }) =>
    chaski.campaigns.list({ query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
});

/** Of a recurring campaign. */
export const turnsQuery = (parentId: string) =>
  infiniteQueryOptions({
    queryKey: ['campaign', parentId, 'turns'],
    queryFn: ({ pageParam }) =>
      chaski.campaigns.list({ query: { parentId, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** While a plan is made the events tell when it is ready; whoever missed one looks again. */
export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaign', id],
    queryFn: () => chaski.campaigns.get({ id }),
    refetchInterval: ({ state }) => (state.data?.plan.state === 'waiting' ? 1_000 : false),
  });

export const preflightQuery = (campaign: Campaign) =>
  queryOptions({
    queryKey: ['campaign', campaign.id, 'preflight', campaign.plan.plannedAt],
    queryFn: async ({ client }) => {
      // It may be planned anew while what is shown says ready: the forecast is refused then.
      const now = await chaski.campaigns.get({ id: campaign.id });
      client.setQueryData(campaignQuery(campaign.id).queryKey, now);
      return now.plan.state === 'ready' ? chaski.campaigns.getPreflight({ id: campaign.id }) : null;
    },
    enabled: campaign.plan.state === 'ready',
  });

/** What the first person who gets it will read. */
export const firstPlannedQuery = (campaign: Campaign) =>
  queryOptions({
    queryKey: ['campaign', campaign.id, 'first', campaign.plan.plannedAt],
    queryFn: async () =>
      (await chaski.campaigns.listRecipients({ id: campaign.id, query: { state: 'planned', limit: 1 } }))
        .data[0] ?? null,
    enabled: campaign.plan.state === 'ready',
  });

/** What the audience brings: columns of its list, and its first person. */
export const exampleQuery = ({ id, audience }: Campaign) =>
  queryOptions({
    queryKey: ['campaign', id, 'example', audience],
    queryFn: () => chaski.campaigns.getExample({ id }),
  });

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaign', id, 'report'],
    queryFn: () => chaski.campaigns.getReport({ id }),
  });

export interface Wanted {
  state?: string;
  reason?: string;
  did?: 'replied' | 'clicked' | 'opted_out' | 'converted';
}

export const recipientsQuery = (id: string, wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['campaign', id, 'recipients', wanted],
    queryFn: ({ pageParam }) =>
      chaski.campaigns.listRecipients({
        id,
        query: { limit: 100, ...wanted, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const segmentsQuery = queryOptions({
  queryKey: ['segments', 'all'],
  queryFn: () => all(chaski.segments.list),
  staleTime: 60_000,
});

export const sendableTemplatesQuery = (numberId: string) =>
  queryOptions({
    queryKey: ['templates', 'number', numberId],
    queryFn: async (): Promise<Template[]> =>
      (await chaski.templates.list({ query: { numberId, status: 'APPROVED' } })).data,
    staleTime: 60_000,
  });

/** What a campaign says or said, whatever became of the template since. */
export const templateQuery = ({ numberId, message }: Campaign) =>
  queryOptions({
    queryKey: ['templates', 'number', numberId, message?.template],
    queryFn: async (): Promise<Template | null> => {
      const { name, language } = message?.template ?? {};
      const found = await chaski.templates.list({ query: { numberId, ...(name ? { q: name } : {}) } });
      return found.data.find((one) => one.name === name && one.language === language) ?? null;
    },
    enabled: message !== null,
    staleTime: 60_000,
  });

/** A blank of a template as a campaign names it. */
export interface Blank {
  place: Variable['place'];
  /** Of a button. */
  index?: number | undefined;
  card?: number | undefined;
  name: string;
  key: string;
  /** As the template has it. */
  of: TemplateVariable;
  /** What else it may be called: its example, the word in front of it. */
  hints: string[];
}

/** A blank as a campaign's variable names it. */
export const placeOf = ({ place, name, index, card }: Blank) => ({
  place,
  name,
  ...(index === undefined ? {} : { index }),
  ...(card === undefined ? {} : { card }),
});

export const fills = (one: Omit<Variable, 'source'>, blank: Blank): boolean => variableKey(one) === blank.key;

/** The blanks of a template that a campaign fills for each person; null: a one-time password, which nobody gets by list. */
export function blanksOf(template: Template): Blank[] | null {
  const blanks: Blank[] = [];
  for (const variable of templateVariables(template as never)) {
    const place = campaignPlace(variable);
    if (place === null) return null;
    blanks.push({
      ...place,
      key: variableKey(place),
      of: variable,
      hints: [variable.example ?? '', wordBefore(template, variable)],
    });
  }
  return blanks;
}

/** An amount of millionths as money. */
export function moneyOf(micros: number, currency: string, language: string): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency }).format(micros / 1e6);
}
