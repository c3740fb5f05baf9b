import { templateVariables, variableKey } from '@chaski/contracts';
import type { Campaign, Template } from '@chaski/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { all } from '../../api/all.ts';
import { chaski } from '../../api/client.ts';

export const campaignsQuery = infiniteQueryOptions({
  queryKey: ['campaign', 'list'],
  queryFn: ({ pageParam }) =>
    chaski.campaigns.list({ query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }),
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
    queryFn: () => chaski.campaigns.getPreflight({ id: campaign.id }),
    enabled: campaign.plan.state === 'ready',
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

/** A blank of a template as a campaign names it; null: campaigns cannot fill it. */
export interface Blank {
  place: 'header' | 'body' | 'button';
  /** Of a button. */
  index?: number;
  name: string;
  key: string;
  label: string;
}

const fileKinds = new Set(['image', 'video', 'document']);

/** The blanks of a template that a campaign fills for each person, or null where it wants what campaigns do not have. */
export function blanksOf(template: Template): Blank[] | null {
  const blanks: Blank[] = [];
  for (const { kind, part, name, button, card, label } of templateVariables(template as never)) {
    if (card !== null || part === 'offer') return null;
    const place = part;
    let called: string;
    if (kind === 'text' && name !== null) called = name;
    else if (fileKinds.has(kind)) called = kind;
    else if (kind === 'url') called = 'url';
    else if (kind === 'coupon_code') called = 'copy_code';
    else return null;
    const blank = { place, name: called, ...(button === null ? {} : { index: button }) };
    blanks.push({ ...blank, key: variableKey(blank), label });
  }
  return blanks;
}

/** An amount of millionths as money. */
export function moneyOf(micros: number, currency: string, language: string): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency }).format(micros / 1e6);
}
