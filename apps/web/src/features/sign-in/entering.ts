import { useLocation, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { queryClient } from '../../api/query-client.ts';
import { sessionQuery, tellEntered } from '../../api/session.ts';

/**
 * Only addresses of our own: nobody is sent elsewhere after signing in. Else to the inbox, as in Front and Intercom: agents
 * come to answer, and a page before it would be one more to leave. Home is for whoever has just begun.
 */
const safeNext = (next: string | undefined): string =>
  next === '/app' || next?.startsWith('/app/') ? next : '/app/inbox';

/** After a sign-in: nothing of whoever was here before is kept. */
export function useEnter(): (next?: string) => Promise<void> {
  const navigate = useNavigate();
  return useCallback(
    async (next) => {
      queryClient.clear();
      await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
      tellEntered();
      await navigate({ href: safeNext(next) });
    },
    [navigate],
  );
}

/** The secret of a mail's link. It stands behind #, where no log of a server and no Referer holds it. */
export function useLinkToken(): string {
  return useLocation({ select: ({ hash }) => hash });
}

const invitationKey = 'chaski-invitation';

/** An invitation outlives the way over the sign-in page, in this tab alone. */
export const invitation = {
  keep: (token: string) => sessionStorage.setItem(invitationKey, token),
  kept: (): string => sessionStorage.getItem(invitationKey) ?? '',
  drop: () => sessionStorage.removeItem(invitationKey),
};
