import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { all } from '../../api/all.ts';
import { chaski } from '../../api/client.ts';

/** Keys begin with the area of the events that make them stale (api/use-live.ts). */
export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: () => chaski.workspace.get(),
});

/** `month`: of which one the numbers are shown, like 2026-11; null: the running one. */
export const usageQuery = (month: string | null) =>
  queryOptions({
    queryKey: ['usage', month],
    queryFn: () => chaski.usage.get({ query: month === null ? {} : { month } }),
  });
export type Usage = Awaited<ReturnType<typeof chaski.usage.get>>;

export const workflowsQuery = queryOptions({
  queryKey: ['workflow'],
  queryFn: async () => (await chaski.workflows.list()).data,
});

/** Beside the numbers: what happens to either makes both stale. */
export const accountsQuery = queryOptions({
  queryKey: ['numbers', 'accounts'],
  queryFn: () => all(chaski.accounts.list),
});

export const noticesQuery = (id: string) =>
  queryOptions({
    queryKey: ['numbers', 'notices', id],
    queryFn: async () => (await chaski.numbers.listNotices({ id, query: { limit: 20 } })).data,
  });

export const invitationsQuery = queryOptions({
  queryKey: ['invitation'],
  queryFn: () => all(chaski.invitations.list),
});

export const quickRepliesQuery = queryOptions({
  queryKey: ['quick_reply', 'all'],
  queryFn: () => all(chaski.quickReplies.list),
});

export const apiKeysQuery = queryOptions({
  queryKey: ['api_key'],
  queryFn: () => all(chaski.apiKeys.list),
});

export type AuditFilter = {
  action?: string;
  actorKind?: 'user' | 'key' | 'workflow' | 'system' | 'contact';
  actorId?: string;
  from?: string;
  to?: string;
};

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      chaski.audit.list({
        query: { ...filter, limit: 50, ...(pageParam === null ? { count: 'true' } : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });

export type Account = Awaited<ReturnType<typeof chaski.accounts.get>>;
export type Workspace = Awaited<ReturnType<typeof chaski.workspace.get>>;
export type Workflow = Awaited<ReturnType<typeof chaski.workflows.list>>['data'][number];
export type WaNumber = Awaited<ReturnType<typeof chaski.numbers.get>>;
export type Member = Awaited<ReturnType<typeof chaski.members.list>>['data'][number];
export type Team = Awaited<ReturnType<typeof chaski.teams.get>>;
export type Label = Awaited<ReturnType<typeof chaski.labels.list>>['data'][number];
export type QuickReply = Awaited<ReturnType<typeof chaski.quickReplies.get>>;
export type Attribute = Awaited<ReturnType<typeof chaski.contactAttributes.list>>['data'][number];
export type ApiKey = Awaited<ReturnType<typeof chaski.apiKeys.list>>['data'][number];
export type AuditLine = Awaited<ReturnType<typeof chaski.audit.get>>;
