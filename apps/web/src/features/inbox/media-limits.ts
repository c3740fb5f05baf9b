/** What WhatsApp takes, so that one hears it before a file is sent. The server decides again, by the bytes. Pure. */

const megabyte = 1024 * 1024;
type SentKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

const shown: { kind: SentKind; types: RegExp; limit: number }[] = [
  { kind: 'image', types: /^image\/(jpeg|png)$/, limit: 5 * megabyte },
  { kind: 'sticker', types: /^image\/webp$/, limit: 100 * 1024 },
  { kind: 'video', types: /^video\/(mp4|3gpp)$/, limit: 16 * megabyte },
  { kind: 'audio', types: /^audio\/(aac|amr|mpeg|mp4|x-m4a|ogg)$/, limit: 16 * megabyte },
];
const largest = 100 * megabyte;

export type Judged =
  | { is: 'fine'; kind: SentKind }
  /** Not as what it is, but as a file to download. `why`: its type, or its size. */
  | { is: 'as-file'; kind: 'document'; why: 'type' | 'size'; limit: number }
  | { is: 'refused'; why: 'empty' | 'too-large'; limit: number };

/** How a file would go out. */
export function judgeFile(type: string, size: number): Judged {
  if (size === 0) return { is: 'refused', why: 'empty', limit: largest };
  if (size > largest) return { is: 'refused', why: 'too-large', limit: largest };
  const bare = type.split(';')[0]?.toLowerCase() ?? '';
  const found = shown.find(({ types }) => types.test(bare));
  if (found && size <= found.limit) return { is: 'fine', kind: found.kind };
  if (found) return { is: 'as-file', kind: 'document', why: 'size', limit: found.limit };
  return /^(image|video|audio)\//.test(bare)
    ? { is: 'as-file', kind: 'document', why: 'type', limit: largest }
    : { is: 'fine', kind: 'document' };
}
