/** What a browser is told about a stored file, so that nothing a stranger sent can run in it. Pure. */

/** Shown in the page; everything else is a download. */
const inline = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'audio/aac',
  'audio/amr',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'video/mp4',
  'video/3gpp',
  'video/webm',
  'video/quicktime',
]);

/** Named truthfully as downloads; what is on neither list is a row of bytes. */
const named = new Set([
  'application/pdf',
  'text/plain',
  'text/csv',
  'application/zip',
  'application/msword',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
]);

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'video/mp4': 'mp4',
  'video/3gpp': '3gp',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'application/zip': 'zip',
};

/**
 * A name that cannot leave its folder, its header or its line: no control or direction characters, no separators, no
 * quotes, not only dots; at most 150 characters.
 */
export function safeFilename(given: string | null, id: string, type: string | null): string {
  const cleaned = (given ?? '')
    .normalize('NFC')
    .toWellFormed()
    // Controls, quotes, separators, what Windows forbids, and characters that turn the reading direction.
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"'`\\/:*?<>|%;]/gu, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const short = Array.from(cleaned)
    .slice(-150)
    .join('')
    .replace(/^[\s.]+/, '');
  if (short !== '' && !/^_+$/.test(short)) return short;
  const extension = extensions[type ?? ''] ?? 'bin';
  return `media-${id}.${extension}`;
}

/** Bytes of a header value: RFC 8187. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*!]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Every header of an answer that carries stored bytes. */
export function mediaHeaders(file: {
  id: string;
  type: string | null;
  filename: string | null;
}): Record<string, string> {
  const type = file.type !== null && (inline.has(file.type) || named.has(file.type)) ? file.type : null;
  const shown = type !== null && inline.has(type);
  const name = safeFilename(file.filename, file.id, type);
  return {
    'content-type':
      type === null ? 'application/octet-stream' : type.startsWith('text/') ? `${type}; charset=utf-8` : type,
    'content-disposition': `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encoded(name)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-site',
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
  };
}
