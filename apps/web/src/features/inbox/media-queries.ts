import { queryOptions } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';

/** A file as messages carry it: ours by `mediaId`, or somebody else's address. */
export interface MediaPart {
  mediaId?: string;
  link?: string;
  caption?: string | null;
  filename?: string | null;
  voice?: boolean | null;
}

/** Where the browser loads it from, by its cookie. A foreign link is never loaded: it would tell that we looked. */
export const mediaSource = (mediaId: string): string => `/v1/media/${mediaId}`;

export const mediaQuery = (mediaId: string) =>
  queryOptions({
    queryKey: ['media', mediaId],
    queryFn: () => chaski.media.getInfo({ id: mediaId }),
    // A stored file never changes but by an event.
    staleTime: 10 * 60_000,
  });

export function sizeOf(bytes: number, language: string): string {
  const [unit, size] =
    bytes < 1024 * 1024 ? (['kilobyte', 1024] as const) : (['megabyte', 1024 * 1024] as const);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    maximumFractionDigits: bytes < 1024 * 1024 * 10 ? 1 : 0,
  }).format(bytes / size);
}
