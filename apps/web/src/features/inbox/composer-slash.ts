import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { askedFor, complete, type Suggestion } from './composer-suggest.tsx';

/** `/` and the beginning of a shortcut: the workspace's texts and one's own, filled in for this person. */
export function useQuickReplies(options: {
  conversationId: string;
  text: string;
  caret: number;
  setText: (text: string) => void;
  /** A file of ours that goes along. */
  addStored: (mediaId: string) => void;
}): { suggestions: readonly Suggestion[]; none: boolean; take: (id: string) => Promise<void> } {
  const { conversationId, text, caret, setText, addStored } = options;
  const asked = askedFor(text, caret, '/');
  const { data } = useQuery({
    queryKey: ['quick_reply', 'beginning', asked],
    queryFn: () =>
      chaski.quickReplies.list({ query: { limit: 20, ...(asked ? { q: asked.slice(0, 40) } : {}) } }),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
  });
  const suggestions = useMemo(
    () =>
      asked === null
        ? []
        : (data?.data ?? [])
            .filter(({ shortcut }) => shortcut.toLowerCase().startsWith(asked.toLowerCase()))
            .map(({ id, shortcut, text: words }) => ({ id, label: `/${shortcut}`, more: words })),
    [asked, data],
  );
  return {
    suggestions,
    // Asked for, and the workspace has none at all.
    none: asked === '' && data?.data.length === 0,
    async take(id) {
      const raw = data?.data.find((one) => one.id === id);
      // Shown at once as it is kept; filled in a moment later.
      const filled = await chaski.quickReplies
        .use({ id, body: { conversationId } }, once())
        .catch(() => ({ text: raw?.text ?? '', mediaId: raw?.mediaId ?? null }));
      setText(complete(text, caret, filled.text).text);
      if (filled.mediaId !== null) addStored(filled.mediaId);
    },
  };
}
