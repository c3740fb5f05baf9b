import { queryOptions } from '@tanstack/react-query';
import { all } from '../../api/all.ts';
import { chaski } from '../../api/client.ts';

export const factorsQuery = queryOptions({
  queryKey: ['account', 'factors'],
  queryFn: () => chaski.auth.listFactors(),
});

export const passkeysQuery = queryOptions({
  queryKey: ['account', 'passkeys'],
  queryFn: async () => (await chaski.auth.listPasskeys()).data,
});

export const sessionsQuery = queryOptions({
  queryKey: ['account', 'sessions'],
  queryFn: () => all(chaski.auth.listSessions),
});
