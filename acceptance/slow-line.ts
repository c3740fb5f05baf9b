/**
 * A slow line between a browser and whatever it asks, to find what only holds on a fast one: a proxy in which everything
 * waits, scripts and styles up to `lag` ms, all else half of that, frames of a socket too. How long is drawn from the
 * seed, the address and how often it was asked, so that the same seed makes the same line again.
 *
 * A proxy and not `route()`: that would take the place of what tests route themselves, switch the browser's cache off,
 * and never see a socket or a service worker.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** Of `ACCEPTANCE_LAG`: the most that a script waits, in milliseconds, and after a colon a seed, such as `400:7`. */
export async function slowLine(setting: string): Promise<{ server: string; close(): void }> {
  const [lag = 0, seed = Math.floor(Math.random() * 1e6)] = setting.split(':').map(Number);
  if (!(lag > 0)) throw new Error(`ACCEPTANCE_LAG=${setting}: it wants milliseconds, such as 400 or 400:7`);
  process.stderr.write(`A slow line: ACCEPTANCE_LAG=${lag}:${seed}\n`);
  const asked = new Map<string, number>();
  const drawn = (what: string, most: number): number => {
    const times = asked.get(what) ?? 0;
    asked.set(what, times + 1);
    return (createHash('sha256').update(`${seed} ${what} ${times}`).digest().readUInt32BE() / 2 ** 32) * most;
  };

  const proxy = createServer(async (from, to) => {
    const url = new URL(from.url ?? '');
    const heavy = /^(script|style|font)$/.test(String(from.headers['sec-fetch-dest']));
    await wait(drawn(`${from.method} ${url.pathname}`, heavy ? lag : lag / 2));
    const onward = request(
      url,
      { method: from.method, headers: from.headers, agent: false },
      (answer: IncomingMessage) => {
        to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.on('error', () => to.destroy());
        answer.pipe(to);
      },
    );
    // As a line that breaks, on either side.
    onward.on('error', () => to.destroy());
    to.on('close', () => onward.destroy());
    from.pipe(onward);
  });
  proxy.on('connect', (from, socket, head) => {
    const { hostname, port } = new URL(`http://${from.url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      if (head.length) onward.write(head);
      slowly(socket, onward, () => drawn(`to ${port}`, lag / 2));
      slowly(onward, socket, () => drawn(`from ${port}`, lag / 2));
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    server: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close() {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

/** Everything later, nothing out of its order. */
function slowly(from: Duplex, to: Duplex, delay: () => number): void {
  let last = Promise.resolve<unknown>(undefined);
  from.on('data', (chunk) => {
    last = Promise.all([last, wait(delay())]).then(() => to.write(chunk));
  });
  from.on('close', () => void last.then(() => to.destroy()));
}
