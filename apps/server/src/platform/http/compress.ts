import { constants } from 'node:zlib';
import compress, { type FastifyCompressOptions } from '@fastify/compress';
import type { RouteOptions } from 'fastify';
import { z } from 'zod';

/**
 * Which answers are compressed, and how.
 *
 * A compressed answer tells by its length whether what the asker wrote occurs in what it holds (BREACH): harmless, but
 * for secrets. So it is decided by what an answer can hold: only reading is compressed (secrets are handed out by POST
 * and shown once), and of that nothing whose schema has a field that sounds like a secret. Sign-in,
 * webhooks and mails are left out as a whole; a new one need not be remembered here. Cookies are headers and are not compressed.
 */
const options: FastifyCompressOptions = {
  global: true,
  // Below it the frame costs more than it saves; one network packet is not made half.
  threshold: 1024,
  encodings: ['br', 'gzip'],
  // 4 of 11: 0.9 of the size at a tenth of the time; lists are made anew for each request.
  brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  // Bodies that come in compressed are refused as ever: a bomb would be unpacked past the limit of bytes.
  globalDecompression: false,
};

export const compression = { plugin: compress, options };

const secretive =
  /secret|password|recovery|otpauth|challenge|csrf|signature|signedUrl|(?:^|[a-z])(?:token|key|url)$/i;
/** Names that end like a secret and are none. */
const harmless = /^(dedupeKey|publicKey|avatarUrl|publicUrl|cursor|nextCursor|color|key)$/;
const never = /^\/(v1|api)\/(v1\/)?auth\/|\bwebhooks?\b|\/signed-url|^\/outbox/;

/** May answers of this route be compressed. */
export function isCompressible(route: Pick<RouteOptions, 'method' | 'url' | 'schema'>): boolean {
  if (![route.method].flat().every((method) => method === 'GET' || method === 'HEAD')) return false;
  if (never.test(route.url)) return false;
  const responses = (route.schema as { response?: Record<string, unknown> } | undefined)?.response ?? {};
  return !Object.values(responses).some((schema) => schema instanceof z.ZodType && hasSecret(schema));
}

function hasSecret(schema: z.ZodType): boolean {
  return namesIn(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' })).some(
    (name) => secretive.test(name) && !harmless.test(name),
  );
}

/** Names of all fields that a schema knows, at any depth. */
function namesIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => [
    ...(key === 'properties' && typeof value === 'object' && value !== null ? Object.keys(value) : []),
    ...namesIn(value),
  ]);
}
