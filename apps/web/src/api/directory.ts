import { queryOptions } from '@tanstack/react-query';
import { all } from './all.ts';
import { chaski } from './client.ts';

/** What a workspace has few of and every screen names: read once, kept fresh by events (use-live.ts). */
const few = { staleTime: 5 * 60_000 };

export const labelsQuery = queryOptions({
  queryKey: ['label', 'all'],
  queryFn: () => all(chaski.labels.list),
  ...few,
});

export const teamsQuery = queryOptions({
  queryKey: ['team', 'all'],
  queryFn: () => all(chaski.teams.list),
  ...few,
});

/**
 * Numbers read from left to right within Arabic too, where a label holds text and no markup (the choices of a Select):
 * set apart here, once, for every page.
 */
export const numbersQuery = queryOptions({
  queryKey: ['numbers', 'all'],
  queryFn: async () =>
    (await all(chaski.numbers.list)).map((one) => ({
      ...one,
      displayPhoneNumber: one.displayPhoneNumber && `\u2066${one.displayPhoneNumber}\u2069`,
    })),
  ...few,
});

export const membersQuery = queryOptions({
  queryKey: ['members', 'all'],
  queryFn: () => all(chaski.members.list),
  ...few,
});

/**
 * Those that work may be given to: who can come in, and does more than look on. The server, which has the table of
 * permissions, refuses the others; here that table would bring its schemas into the first script, 47 kB.
 */
export const assignableQuery = queryOptions({
  ...membersQuery,
  select: (members) => members.filter(({ disabled, role }) => !disabled && role !== 'viewer'),
});

export const attributesQuery = queryOptions({
  queryKey: ['contact_attribute', 'all'],
  queryFn: async () => (await chaski.contactAttributes.list()).data,
  ...few,
});
