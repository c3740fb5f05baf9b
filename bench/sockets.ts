/** 5,000 idle sockets: what each weighs, and how fast one event reaches them all. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { systemActor } from '../apps/server/src/platform/db/index.ts';
import { emit } from '../apps/server/src/platform/events/index.ts';
import { newId, type WorkspaceId } from '../apps/server/src/platform/ids.ts';
import { rolePrefix } from './cluster.ts';
import { expectEqual, type Family, infoRow, until } from './measure.ts';

async function ask<T>(child: ChildProcess, what?: string): Promise<T> {
  const answer = once(child, 'message') as Promise<[T]>;
  if (what !== undefined) child.send(what);
  return (await answer)[0];
}

export const sockets: Family = async ({ cluster, quick, repeats, progress }) => {
  const count = quick ? 1_000 : 5_000;
  const database = await cluster.database('bench_sockets');
  const workspaceId = newId<WorkspaceId>();
  const db = cluster.open(database, 2);
  const child = fork(
    join(import.meta.dirname, 'socket-server.ts'),
    [cluster.loginUrl(database), rolePrefix, workspaceId],
    { execArgv: ['--expose-gc'] },
  );
  const clients: WebSocket[] = [];
  let heard = 0;
  try {
    const { port } = await ask<{ port: number }>(child);
    const before = await ask<{ bytes: number }>(child, 'memory');
    progress(`sockets: opening ${count}`);
    let joined = 0;
    const open = async () => {
      const token = Buffer.from(newId()).toString('base64url');
      const socket = new WebSocket(
        `ws://127.0.0.1:${port}/socket/websocket`,
        ['phoenix', `base64url.bearer.phx.${token}`],
        { perMessageDeflate: false },
      );
      clients.push(socket);
      socket.on('message', (data: Buffer) => {
        if (data.includes('"phx_reply"')) joined += 1;
        else if (data.includes('"event"')) heard += 1;
      });
      await once(socket, 'open');
      socket.send(JSON.stringify(['1', '1', `workspace:${workspaceId}`, 'phx_join', {}]));
    };
    for (let at = 0; at < count; at += 100) await Promise.all(Array.from({ length: 100 }, open));
    await until('everybody has joined', async () => joined === count);
    const after = await ask<{ bytes: number; sockets: number }>(child, 'memory');
    expectEqual('sockets open', after.sockets, count);

    const rates: number[] = [];
    const events = 20;
    for (let round = 0; round < repeats; round++) {
      heard = 0;
      const started = performance.now();
      await db.withTenant(workspaceId, systemActor, (tx) =>
        emit(
          tx,
          Array.from({ length: events }, (_, n) => ({ workspaceId, name: 'message.received', data: { n } })),
        ),
      );
      await until('everybody has heard', async () => heard >= events * count);
      expectEqual('heard', heard, events * count);
      rates.push((events * count) / ((performance.now() - started) / 1_000));
      progress(`sockets: ${Math.round(rates.at(-1)!)} messages/s`);
    }
    return [
      infoRow(
        `memory of one idle socket, ${count} open`,
        [(after.bytes - before.bytes) / count / 1_024],
        'kB',
        `the process ${Math.round(after.bytes / 1_048_576)} MB`,
      ),
      infoRow('events to sockets, from commit to the last client', rates, '/s', 'client on the same cores'),
    ];
  } finally {
    for (const socket of clients) socket.terminate();
    child.send('end');
    await once(child, 'exit');
    await db.close();
    await cluster.drop(database);
  }
};
