import { createHmac, timingSafeEqual } from 'node:crypto';

/** Longest life of an address that needs no API key. */
export const maxSeconds = 300;

function signature(key: Uint8Array | string, workspaceId: string, mediaId: string, expires: number): Buffer {
  return createHmac('sha256', key).update(`chaski media v1\n${workspaceId}\n${mediaId}\n${expires}`).digest();
}

/** A path that shows one file to whoever holds it, for at most five minutes. */
export function signPath(
  key: Uint8Array | string,
  file: { workspaceId: string; mediaId: string },
  now: Date,
  seconds: number = maxSeconds,
): { path: string; expiresAt: Date } {
  const expires = Math.floor(now.getTime() / 1000) + Math.max(1, Math.min(seconds, maxSeconds));
  const sig = signature(key, file.workspaceId, file.mediaId, expires).toString('base64url');
  return {
    path: `/v1/media/${file.mediaId}/content?w=${file.workspaceId}&exp=${expires}&sig=${sig}`,
    expiresAt: new Date(expires * 1000),
  };
}

/** True for a signature of ours that has not ended, and does not claim to live longer than we ever sign. */
export function verifyPath(
  key: Uint8Array | string,
  given: { workspaceId: string; mediaId: string; exp: number; sig: string },
  now: Date,
): boolean {
  const expected = signature(key, given.workspaceId, given.mediaId, given.exp);
  const sent = Buffer.from(given.sig, 'base64url');
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) return false;
  const seconds = now.getTime() / 1000;
  return given.exp > seconds && given.exp <= seconds + maxSeconds + 1;
}
