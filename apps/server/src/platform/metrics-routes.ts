import { BlockList, isIP } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import { errors } from './errors.ts';
import type { HttpApp } from './http/index.ts';
import { renderCounters, watchProcess } from './metrics.ts';
import { sameSecret } from './seal.ts';

/** One value; without labels if there is only one. */
export interface Reading {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/** Asked for when somebody reads /metrics; one that fails is left out and counted. */
export interface Figure {
  /** `counter`: it only grows, and somebody else counts it; its name ends with `_total`. */
  kind?: 'counter';
  name: `chaski_${string}`;
  help: string;
  read(): Promise<readonly Reading[]> | readonly Reading[];
}

export interface MetricsOptions {
  /** null: callers from private addresses need none, others are refused. */
  token: string | null;
  figures: readonly Figure[];
}

const near = new BlockList();
for (const [net, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  near.addSubnet(net, prefix, 'ipv4');
}
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');

/** Set by proxies: whoever comes with one of these is somebody else than the address says. */
const proxied = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via', 'cf-connecting-ip'];

/**
 * `/metrics`. The address is the socket's own, whatever proxies are trusted elsewhere: a header could be forged, and
 * behind a proxy on this machine the whole world comes from loopback. With a token nothing else counts.
 */
export function metricsRoutes(app: HttpApp, { token, figures }: MetricsOptions): void {
  watchProcess();
  app.get('/metrics', { schema: { hide: true } as never }, async (request, reply) => {
    const { headers, socket } = request.raw;
    if (token !== null) {
      const given = /^bearer +(\S{1,4096})$/i.exec(headers.authorization ?? '')?.[1] ?? '';
      if (!sameSecret(given, token)) {
        throw errors.unauthenticated('Send METRICS_TOKEN as `Authorization: Bearer …`.');
      }
    } else if (!isNear(socket.remoteAddress) || proxied.some((name) => headers[name] !== undefined)) {
      throw errors.forbidden(
        'Metrics are for private addresses, and not through a proxy. Set METRICS_TOKEN.',
      );
    }
    const text = (await renderCounters()) + (await render());
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });

  // Two scrapers at once share one look.
  let looking: Promise<string> | null = null;
  function render(): Promise<string> {
    looking ??= look(figures).finally(() => {
      looking = null;
    });
    return looking;
  }
}

async function look(figures: readonly Figure[]): Promise<string> {
  const registry = new Registry();
  const failed = new Gauge({
    name: 'chaski_metrics_failed',
    help: 'Figures that could not be read just now; the database is away, most often.',
    registers: [registry],
  });
  // One after the other: a scrape must not take the pool's connections from those who work.
  for (const { kind, name, help, read } of figures) {
    try {
      const readings = await read();
      const labelNames = [...new Set(readings.flatMap(({ labels }) => Object.keys(labels ?? {})))];
      const Kind = kind === 'counter' ? Counter : Gauge;
      const figure = new Kind({ name, help, labelNames, registers: [registry] });
      for (const { labels, value } of readings) figure.inc(labels ?? {}, value);
    } catch {
      failed.inc();
    }
  }
  return registry.metrics();
}

function isNear(address: string | undefined): boolean {
  const plain = (address ?? '').replace(/^::ffff:/i, '').replace(/%.*$/, '');
  const family = isIP(plain);
  return family !== 0 && near.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
