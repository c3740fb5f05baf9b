import type { IncomingMessage } from 'node:http';
import { errors } from '../errors.ts';
import type { Caller } from '../http/index.ts';
import { whoOf } from './admit.ts';
import type { Buckets } from './buckets.ts';
import { networkOf } from './network.ts';
import { behindProxies } from './proxies.ts';

/** What the rules say about sockets, before they are opened. */
export interface Handshakes {
  /** Who asks, behind our own proxies. */
  addressOf(request: IncomingMessage): string;
  /** Counts one of this address; throws what it is told when that is too much. */
  address(address: string): Promise<void>;
  /** The same of who brought a credential that counts. */
  caller(caller: Caller): Promise<void>;
}

/**
 * Sockets of one address and of one user or key in a while: each asks the database who it is and what was missed, so
 * that a page that connects in a circle costs more than one that asks in a circle. No rule: nothing is counted.
 */
export function createHandshakes(options: {
  buckets: Buckets;
  rule: { max: number; windowSeconds: number } | null;
  trustedProxies: readonly string[];
}): Handshakes {
  const { buckets, rule } = options;
  async function take(kind: 'ip' | 'user' | 'key', id: string): Promise<void> {
    if (!rule) return;
    const verdict = await buckets.take({ name: 'sockets', ...rule }, `${kind}:${id}`);
    if (!verdict.pass)
      throw errors.rateLimited(verdict.resetSeconds, { limit: 'sockets', key: kind, ...rule });
  }
  return {
    addressOf: behindProxies(options.trustedProxies),
    address: (address) => take('ip', networkOf(address)),
    caller: (caller) => take(...whoOf(caller)),
  };
}
