import { Presence } from 'phoenix';
import { useCallback, useEffect, useRef, useState } from 'react';
import { openChannel, useLink } from '../../api/realtime.ts';
import { useSession } from '../../api/session.ts';

export interface Colleague {
  id: string;
  name: string;
  typing: boolean;
}

/** Said again at most so often while one types; forgotten after a little longer. */
const sayEveryMs = 2_500;
const forgetAfterMs = 4_500;

/** Colleagues who look at this conversation now, and who of them types. `typing()`: so do I. */
export function usePresence(conversationId: string): { others: readonly Colleague[]; typing: () => void } {
  const { person, workspace } = useSession();
  const live = useLink() === 'live';
  const [looking, setLooking] = useState<readonly { id: string; name: string }[]>([]);
  const [typers, setTypers] = useState<ReadonlyMap<string, number>>(new Map());
  const push = useRef<(() => void) | null>(null);
  const saidAt = useRef(0);

  useEffect(() => {
    const channel = live
      ? openChannel(`conversation:${conversationId}`, { workspaceId: workspace?.id })
      : null;
    if (!channel) return;
    const presence = new Presence(channel);
    presence.onSync(() =>
      setLooking(
        presence
          .list((id: string, { metas }: { metas: { name?: string }[] }) => ({
            id,
            name: metas[0]?.name ?? '',
          }))
          .filter(({ id }) => id !== person.id),
      ),
    );
    channel.on('typing', ({ from }: { from?: { key?: string } | null }) => {
      const id = from?.key;
      if (id && id !== person.id) setTypers((now) => new Map(now).set(id, Date.now() + forgetAfterMs));
    });
    channel.join();
    push.current = () => void channel.push('typing', {});
    return () => {
      push.current = null;
      channel.leave();
      setLooking([]);
    };
  }, [conversationId, live, person.id, workspace?.id]);

  useEffect(() => {
    if (typers.size === 0) return;
    const timer = window.setInterval(() => {
      setTypers((now) => new Map([...now].filter(([, until]) => until > Date.now())));
    }, 1_000);
    return () => window.clearInterval(timer);
  }, [typers]);

  const typing = useCallback(() => {
    if (Date.now() - saidAt.current < sayEveryMs) return;
    saidAt.current = Date.now();
    push.current?.();
  }, []);
  return { others: looking.map((one) => ({ ...one, typing: typers.has(one.id) })), typing };
}
