import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Fastify's names for ranges. */
const ranges: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Who asks, behind these proxies of ours: what Fastify says of every other request. Sockets are opened before Fastify
 * sees them, and without this all of them would come from the proxy's own address.
 */
export function behindProxies(trusted: readonly string[]): (request: IncomingMessage) => string {
  const known = new BlockList();
  for (const range of trusted.flatMap((one) => ranges[one] ?? [one])) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) known.addAddress(address, family);
    else known.addSubnet(address, Number(bits), family);
  }
  const isOurs = (address: string) =>
    isIP(address) !== 0 && known.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (request) => {
    let address = request.socket.remoteAddress ?? '';
    const said = String(request.headers['x-forwarded-for'] ?? '').split(',');
    // From the right: each of our proxies wrote down who came to it; what stands further left anybody may have written.
    for (let at = said.length - 1; at >= 0 && isOurs(address); at--) {
      address = said[at]?.trim() || address;
    }
    return address;
  };
}
