import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPrivate } from './private.ts';

/** What came of a request: an answer, an address that may not be called, or nobody knows (`reason` in words). */
export type EgressAnswer =
  | { is: 'answered'; status: number; headers: IncomingMessage['headers']; body: Buffer }
  | { is: 'refused'; reason: string }
  | { is: 'failed'; reason: string };

export interface Egress {
  /** A POST of these bytes. Never throws for what the other side does. */
  post(
    url: string,
    call: { headers: Record<string, string | number>; body: Uint8Array; timeoutMs: number; maxBytes: number },
  ): Promise<EgressAnswer>;
}

/** `allowed`: `host` or `host:port` that may be private and plain http. */
export function createEgress({ allowed = [] }: { allowed?: readonly string[] } = {}): Egress {
  const trusted = new Set(allowed);
  return {
    async post(text, call) {
      const url = URL.canParse(text) ? new URL(text) : null;
      if (!url) return { is: 'refused', reason: 'This is no address.' };
      const isTrusted = trusted.has(url.hostname) || trusted.has(url.host);
      if (url.protocol !== 'https:' && !(isTrusted && url.protocol === 'http:')) {
        return { is: 'refused', reason: 'Only https addresses are called.' };
      }
      if (url.username !== '' || url.password !== '') {
        return { is: 'refused', reason: 'An address with a password in it is not called.' };
      }
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (!isTrusted && isIP(host) && isPrivate(host)) return { is: 'refused', reason: noPrivate };
      return send(url, call, isTrusted);
    },
  };
}

const noPrivate = 'Addresses of private networks are not called.';

class PrivateAddress extends Error {}

/** Resolves as the system does, and gives only what may be called: whoever owns a name may point it at our inside. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return done(error, '', 0);
    const open = (found as LookupAddress[]).filter(({ address }) => !isPrivate(address));
    if (open.length === 0) return done(new PrivateAddress(noPrivate), '', 0);
    if (options.all) return done(null, open as never, 0);
    return done(null, open[0]!.address, open[0]!.family);
  });
};

function send(url: URL, call: Parameters<Egress['post']>[1], isTrusted: boolean): Promise<EgressAnswer> {
  return new Promise((resolve) => {
    const outgoing = (url.protocol === 'https:' ? secure : plain)(
      url,
      {
        method: 'POST',
        headers: { ...call.headers, 'content-length': call.body.byteLength },
        signal: AbortSignal.timeout(call.timeoutMs),
        // A connection that is kept would be checked no more.
        agent: false,
        ...(isTrusted ? {} : { lookup: publicLookup }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        incoming.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= call.maxBytes) chunks.push(chunk);
          else incoming.destroy();
        });
        // What is longer than anybody reads is cut, and is an answer all the same.
        incoming.on('close', () =>
          resolve({
            is: 'answered',
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
          }),
        );
        incoming.on('error', () => undefined);
      },
    );
    outgoing.on('error', (error) =>
      resolve(
        error instanceof PrivateAddress
          ? { is: 'refused', reason: noPrivate }
          : { is: 'failed', reason: error.message },
      ),
    );
    outgoing.end(call.body);
  });
}
