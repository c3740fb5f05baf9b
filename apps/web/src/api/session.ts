import { ChaskiError } from '@chaski/sdk';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { chaski } from './client.ts';
import { unsubscribePush } from './push.ts';
import { queryClient } from './query-client.ts';

/** Who is signed in, and where: `GET /v1/auth/me`. null: nobody. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    try {
      return await chaski.auth.getMe();
    } catch (error) {
      if (error instanceof ChaskiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

export type Session = NonNullable<Awaited<ReturnType<typeof chaski.auth.getMe>>>;

/** For pages behind the sign-in: the router lets nobody else there. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data) throw new Error('Nobody is signed in.');
  return data;
}

/** Whether the member's role allows the action: what they cannot do is not offered. The server decides again. */
export function useMay(): (action: string) => boolean {
  const { workspace } = useSession();
  return (action) => workspace?.permissions.includes(action) ?? false;
}

const enteredKey = 'chaski-entered';

/** After a sign-in, for the other windows of this browser: the cookie is theirs too. */
export function tellEntered(): void {
  const session = queryClient.getQueryData(sessionQuery.queryKey);
  if (session) localStorage.setItem(enteredKey, session.person.id);
}

// Somebody else signed in in another window: nothing of whoever was here before stays in this one.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key !== enteredKey) return;
  const session = queryClient.getQueryData(sessionQuery.queryKey);
  if (session && session.person.id !== newValue) window.location.reload();
});

export async function signOut(): Promise<void> {
  // Signing out must not wait for a push service.
  await unsubscribePush().catch(() => undefined);
  await chaski.auth.logout();
  queryClient.clear();
  window.location.assign('/login');
}
