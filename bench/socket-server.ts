/** One process's sockets, alone: `sockets.ts` forks it to see what they weigh. Whoever brings a token is a key of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startRealtime } from '../apps/server/src/modules/feed/index.ts';
import { openDatabase } from '../apps/server/src/platform/db/index.ts';
import { startEvents } from '../apps/server/src/platform/events/index.ts';
import type { WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { createLog } from '../apps/server/src/platform/log.ts';
import { createLocalFanout } from '../apps/server/src/platform/realtime/index.ts';
import { createSignals } from '../apps/server/src/platform/signals.ts';

const [url = '', rolePrefix = '', workspaceId = ''] = process.argv.slice(2);
const log = createLog('silent');
const db = openDatabase({ url, rolePrefix, poolSize: 10 });
const signals = await createSignals(db, log);
const events = await startEvents({ db, signals, consumers: [], log });
const server = createServer();
const realtime = await startRealtime({
  db,
  signals,
  fanout: createLocalFanout(),
  log,
  server,
  authenticate: async ({ bearer }) =>
    bearer === null
      ? null
      : {
          person: null,
          principal: {
            workspaceId: workspaceId as WorkspaceId,
            actor: { kind: 'key', id: bearer, role: 'key' },
            scopes: ['*'],
            numberIds: null,
            plan: 'free',
          },
        },
  origins: [],
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
process.on('message', async (asked: string) => {
  if (asked === 'memory') {
    globalThis.gc?.();
    process.send?.({ bytes: process.memoryUsage().rss, sockets: realtime.count() });
    return;
  }
  await realtime.close();
  await events.stop();
  await signals.close();
  await db.close();
  server.closeAllConnections();
  process.exit(0);
});
process.send?.({ port: (server.address() as AddressInfo).port });
