import { parse } from '@chaski/providers';
import { beforeEach, expect, it } from 'vitest';
import { type Seeded, until } from '../../../test/harness.ts';
import { inboundStage } from '../../../test/inbound-stage.ts';
import type { Database } from '../../platform/db/index.ts';
import { createAcceptor, hashOf } from './accept.ts';
import { startProcessor } from './index.ts';
import { storeArrivals } from './queries.ts';
import { shardOf } from './shard.ts';
import { bodyOf, change, said } from './testing.ts';

const { twoWorkspaces, db, clock, signals, log, waiting, eventsOf } = await inboundStage();

let one: Seeded;
beforeEach(async () => {
  [one] = await twoWorkspaces();
});

/** Door and processor of one process, whose looks at what waits go through `look`. */
function ownProcess(
  look: (read: () => ReturnType<Database['runSystem']>) => ReturnType<Database['runSystem']>,
) {
  const own: Database = {
    ...db,
    runSystem: (reason, steps) =>
      reason === 'claim raw events' ? look(() => db.runSystem(reason, steps)) : db.runSystem(reason, steps),
  };
  const door = createAcceptor({ db: own, log, signals });
  const processor = startProcessor({ db: own, signals, log, parse });
  return {
    say: (text: string) =>
      door.accept({
        source: 'cloud',
        appId: one.appId,
        body: bodyOf([change(one.phoneNumberId, { messages: [said(text)] })]),
        signature: null,
      }),
    stop: () => Promise.all([door.close(), processor.stop()]),
  };
}

/** What another process's door stores. */
function elsewhere() {
  const body = bodyOf([change(one.phoneNumberId, { messages: [said('of another door')] })]);
  return {
    hash: hashOf('cloud', one.appId, body),
    source: 'cloud',
    appId: one.appId,
    body,
    signature: null,
    shard: shardOf(body),
    receivedAt: clock.now(),
  };
}

const textsInOrder = async () =>
  (await eventsOf(one)).filter(({ name }) => name === 'message.received').map(({ data }) => data.text);

it('works what the door of its process took without reading it back', async () => {
  let blind = false;
  const here = ownProcess(async (read) => {
    const found = await read();
    return blind ? found.map((result) => ({ ...result, rows: [] })) : found;
  });
  try {
    // By a look: it does not know yet which number comes next.
    expect(await here.say('first')).toBe('stored');
    await until('the first is there', async () => (await textsInOrder()).length === 1);
    blind = true;
    for (const text of ['second', 'third']) expect(await here.say(text)).toBe('stored');
    await until('all three are there', async () => (await textsInOrder()).length === 3);
    expect(await textsInOrder()).toEqual(['first', 'second', 'third']);
    expect(await waiting()).toBe(0);
  } finally {
    await here.stop();
  }
});

it('what the door takes waits behind what is being read just then', async () => {
  const gate = Promise.withResolvers<void>();
  let looking = false;
  const here = ownProcess(async (read) => {
    looking = true;
    await gate.promise;
    return read();
  });
  try {
    await until('it looks', async () => looking);
    const arrival = elsewhere();
    expect(await storeArrivals(db, [arrival])).toMatchObject([{ hash: arrival.hash, body: arrival.body }]);
    expect(await storeArrivals(db, [arrival])).toEqual([]);
    expect(await here.say('of our own')).toBe('stored');
    // Whatever overtook it would have done so within so many round trips.
    for (let i = 0; i < 40; i++) expect(await waiting()).toBe(2);
    gate.resolve();
    await until('both are there', async () => (await textsInOrder()).length === 2);
    expect(await textsInOrder()).toEqual(['of another door', 'of our own']);
  } finally {
    gate.resolve();
    await here.stop();
  }
});

it('what another door committed before goes first, although nobody told of it yet', async () => {
  const here = ownProcess((read) => read());
  try {
    expect(await here.say('first')).toBe('stored');
    await until('the first is there', async () => (await textsInOrder()).length === 1);
    await storeArrivals(db, [elsewhere()]);
    expect(await here.say('of our own')).toBe('stored');
    await until('all are there', async () => (await textsInOrder()).length === 3);
    expect(await textsInOrder()).toEqual(['first', 'of another door', 'of our own']);
  } finally {
    await here.stop();
  }
});
