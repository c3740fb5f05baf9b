import { describe, expect, it } from 'vitest';
import { testDatabase, until } from '../../../test/harness.ts';
import { startEvents } from '../../platform/events/index.ts';
import { updateConversations } from '../conversations/queries-work.ts';
import { consentConsumer } from '../messages/index.ts';
import { log, type Place, stageOn } from '../messages/testing.ts';
import { changeNumber } from '../numbers/change.ts';
import { autoReplyConsumer, ensureDefaults, fillIn, listWorkflows, setAutoReply } from './index.ts';

const stage = await stageOn(await testDatabase({ poolSize: 16 }));
const { db, sim, query } = stage;

async function place(options: Parameters<typeof stage.place>[0] = {}): Promise<Place> {
  const made = await stage.place(options);
  await stage.tenant(made, (tx) => ensureDefaults(tx, made.workspaceId, made.numberId));
  return made;
}

/** Events and hand-over run while `fn` does. */
async function running(fn: () => Promise<void>): Promise<void> {
  const events = await startEvents({
    db,
    signals: stage.signals,
    consumers: [consentConsumer, autoReplyConsumer],
    log,
  });
  const delivery = stage.deliver();
  try {
    await fn();
  } finally {
    await events.stop();
    await delivery.stop();
  }
}

/** Until both consumers have seen every event. */
const quiet = () =>
  until('all events are consumed', async () => {
    const [row] = await query<{ behind: number }>(
      `select (select count(*) from event_queue) + (select count(*) from event_consumers c
        where c.seq < (select coalesce(max(seq), 0) from event_seq where name = 'message.received')) as behind`,
    );
    return row!.behind === 0;
  });
const repliesOf = (at: Place) =>
  query<{ body: string; workflow_id: string | null; dedupe_key: string | null }>(
    `select content #>> '{text,body}' as body, workflow_id, dedupe_key from messages
     where conversation_id = $1 and automated order by created_at, id`,
    [at.conversationId],
  );

describe('automatic replies', () => {
  it('answer each message of a person once, and nothing else', async () => {
    const at = await place({ name: 'Acme' });
    await running(async () => {
      const person = sim.person(at.phone);
      const hi = person.send('hi', at.phoneNumberId);
      await stage.pass(1_000);
      await until('the reply is out', async () => (await stage.texts(at.phone)).length === 1);
      expect(await stage.texts(at.phone)).toEqual(['thanks for reaching us\n- team Acme']);
      const [reply] = await repliesOf(at);
      const [workflow] = (await stage.tenant(at, listWorkflows)).filter((w) => w.numberId === at.numberId);
      expect(reply).toMatchObject({ workflow_id: workflow!.id, dedupe_key: `auto-reply:${hi}` });
      person.react(hi, '👍');
      person.read(at.phoneNumberId);
      await stage.pass(1_000);
      await quiet();
      expect(await repliesOf(at)).toHaveLength(1);
      // Meta's own agent has the conversation: it is heard, and left to that one.
      const asked = { from: at.phone, id: 'wamid.standby', timestamp: '1763640000', type: 'text' };
      sim.emitWebhook({
        field: 'standby',
        phoneNumberId: at.phoneNumberId,
        value: { standby: { messages: [{ ...asked, text: { body: 'open on Sunday?' } }] } },
      });
      await stage.pass(1_000);
      await until('it is heard', async () => {
        const heard = await query("select 1 from messages where provider_message_id = 'wamid.standby'");
        return heard.length === 1;
      });
      await quiet();
      expect(await repliesOf(at)).toHaveLength(1);
      person.send('STOP', at.phoneNumberId);
      await stage.pass(1_000);
      await until('the receipt is out', async () => (await stage.texts(at.phone)).length === 2);
      person.send('are you there?', at.phoneNumberId);
      await stage.pass(1_000);
      await quiet();
      expect((await repliesOf(at)).filter((row) => row.dedupe_key?.startsWith('auto-reply:'))).toHaveLength(
        1,
      );
    });
  });

  it('can be changed and switched off, and are cut between characters', async () => {
    const at = await place({ name: 'x'.repeat(21) });
    const off = await place({ settings: { autoReply: false } });
    const [own] = (await stage.tenant(at, listWorkflows)).filter((w) => w.numberId === at.numberId);
    await stage.tenant(at, (tx) => setAutoReply(tx, own!.id, { text: 'Hola {{contact.name}}!' }));
    await running(async () => {
      sim.person(at.phone).send('hi', at.phoneNumberId);
      sim.person(off.phone).send('hi', off.phoneNumberId);
      await stage.pass(1_000);
      await until('the reply is out', async () => (await stage.texts(at.phone)).length === 1);
      expect((await stage.texts(at.phone))[0]).toMatch(/^Hola .+!$/);
      const long = `${'a'.repeat(4060)}{{workspace.name}}${'🎉'.repeat(9)}`;
      await stage.tenant(at, (tx) => setAutoReply(tx, own!.id, { text: long }));
      sim.person(at.phone).send('and now?', at.phoneNumberId);
      await stage.pass(1_000);
      await until('the long reply is out', async () => (await stage.texts(at.phone)).length === 2);
      expect((await repliesOf(at)).find(({ body }) => body.startsWith('aa'))?.body).toMatch(/x🎉{7}$/u);
      await stage.tenant(at, (tx) => setAutoReply(tx, own!.id, { isActive: false }));
      sim.person(at.phone).send('hi again', at.phoneNumberId);
      await stage.pass(1_000);
      await quiet();
      expect(await repliesOf(at)).toHaveLength(2);
      expect(await repliesOf(off)).toEqual([]);
    });
  });

  it('are heard once a day, or once until the conversation is closed, where that is wished', async () => {
    const [daily, once] = [await place(), await place()];
    for (const [at, oncePer] of [
      [daily, 'day'],
      [once, 'conversation'],
    ] as const) {
      const [own] = (await stage.tenant(at, listWorkflows)).filter((w) => w.numberId === at.numberId);
      await stage.tenant(at, (tx) => setAutoReply(tx, own!.id, { oncePer }));
    }
    await running(async () => {
      const write = async (text: string) => {
        for (const at of [daily, once]) sim.person(at.phone).send(text, at.phoneNumberId);
        await stage.pass(1_000);
        await quiet();
        return [(await repliesOf(daily)).length, (await repliesOf(once)).length];
      };
      expect(await write('hi')).toEqual([1, 1]);
      expect(await write('is anybody there?')).toEqual([1, 1]);
      stage.clock.advance(24 * 3_600_000);
      expect(await write('good morning')).toEqual([2, 1]);
      await stage.tenant(once, (tx) => updateConversations(tx, [once.conversationId], { status: 'closed' }));
      expect(await write('one more thing')).toEqual([2, 2]);
    });
  });

  it.each(['two workspaces', 'one workspace'])(
    'end when two numbers of %s talk to each other',
    async (of) => {
      const a = await place({ name: 'B' });
      const b = await place(of === 'one workspace' ? { workspaceId: a.workspaceId } : { name: 'B' });
      // What one number sends arrives at the other as a person's message.
      const carried = new Set<string>();
      const carry = async () => {
        for (const [from, to] of [
          [a, b],
          [b, a],
        ] as const)
          for (const message of sim.messagesTo(to.displayPhoneNumber)) {
            if (carried.has(message.id)) continue;
            carried.add(message.id);
            sim.person(from.displayPhoneNumber).send(message.text, to.phoneNumberId);
          }
      };
      for (const number of [a, b]) sim.addPerson({ phone: number.displayPhoneNumber });
      await running(async () => {
        sim.person(a.displayPhoneNumber).send('hello from A', b.phoneNumberId);
        let rounds = 0;
        for (; rounds < 6; rounds += 1) {
          await stage.pass(1_000);
          await quiet();
          await until(
            'nothing waits',
            async () => (await query("select 1 from messages where status = 'queued'")).length === 0,
          );
          await stage.pass(1_000);
          await carry();
        }
        const replies = await query<{ body: string }>(
          `select content #>> '{text,body}' as body from messages
         where workspace_id = any($1::uuid[]) and automated and direction = 'out'`,
          [[a.workspaceId, b.workspaceId]],
        );
        // B thanks A's words; A knows B's thanks for what they are.
        expect(replies.map((row) => row.body)).toEqual(['thanks for reaching us\n- team B']);
      });
    },
  );

  it('end with a foreign machine too', async () => {
    const at = await place();
    await running(async () => {
      for (let i = 0; i < 50; i += 1) sim.person(at.phone).send(`beep ${i}`, at.phoneNumberId);
      await stage.pass(1_000);
      await quiet();
      expect(await repliesOf(at)).toHaveLength(40);
    });
  });

  it('make each default once', async () => {
    const at = await stage.place();
    const all = await Promise.all(
      Array.from({ length: 5 }, () =>
        stage.tenant(at, (tx) => ensureDefaults(tx, at.workspaceId, at.numberId)),
      ),
    );
    expect(new Set(all.map((w) => w.id)).size).toBe(1);
    expect(await stage.tenant(at, listWorkflows)).toHaveLength(2);
  });
});

describe('outside business hours', () => {
  const friday = {
    zone: 'UTC',
    weekly: [
      { day: 5, from: '14:00', to: '18:00' },
      { day: 1, from: '09:00', to: '17:00' },
    ],
    holidays: [],
  };

  it('they say when somebody is there again, once to each person while it stays closed', async () => {
    const at = await place({ settings: { businessHours: friday } });
    const always = await place({ settings: { businessHours: friday } });
    await stage.tenant(always, (tx) =>
      changeNumber(tx, always.numberId, {
        businessHours: {
          zone: 'UTC',
          weekly: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '00:00', to: '24:00' })),
          holidays: [],
        },
      }),
    );
    const bodies = async () => (await repliesOf(at)).map((row) => row.body);
    const say = async (text: string, to: Place = at) => {
      sim.person(to.phone).send(text, to.phoneNumberId);
      await stage.pass(1_000);
      await quiet();
    };
    const closed = /closed now.*2026-11-20 14:00/s;
    await running(async () => {
      stage.clock.set('2026-11-20T12:30:00Z');
      await say('hi');
      await say('anybody?');
      expect(await bodies()).toEqual([expect.stringMatching(closed)]);
      // A number's own hours are nobody else's.
      await say('hi', always);
      expect((await repliesOf(always)).map((row) => row.body)).toEqual([
        expect.stringContaining('thanks for reaching us'),
      ]);
      stage.clock.set('2026-11-20T15:00:00Z');
      await say('now?');
      expect(await bodies()).toEqual([
        expect.stringMatching(closed),
        expect.stringContaining('thanks for reaching us'),
      ]);
      // Closed again is another time, with another word.
      stage.clock.set('2026-11-20T19:00:00Z');
      await say('still there?');
      await say('hello?');
      expect((await bodies()).slice(2)).toEqual([expect.stringMatching(/2026-11-23 09:00/)]);
    });
  });

  it('they stay the usual ones where that word is switched off', async () => {
    const at = await place({ settings: { businessHours: friday } });
    const [own] = (await stage.tenant(at, listWorkflows)).filter((w) => w.numberId === at.numberId);
    await stage.tenant(at, (tx) => setAutoReply(tx, own!.id, { awayActive: false }));
    await running(async () => {
      stage.clock.set('2026-11-20T20:00:00Z');
      sim.person(at.phone).send('hi', at.phoneNumberId);
      await stage.pass(1_000);
      await quiet();
      expect((await repliesOf(at)).map((row) => row.body)).toEqual([
        expect.stringContaining('thanks for reaching us'),
      ]);
    });
  });
});

describe('fillIn', () => {
  it('fills what it knows and nothing twice', () => {
    expect(
      fillIn('{{ contact.name }} of {{workspace.name}}{{nothing}}{{constructor}}', {
        'contact.name': '{{workspace.name}}',
        'workspace.name': 'Acme',
      }),
    ).toBe('{{workspace.name}} of Acme');
  });

  it('says the fallback where there is no value, or only a poor one', () => {
    const text = 'Hi {{contact.name|friend}}{{contact.name}}{{nothing| there }}';
    expect(fillIn(text, { 'contact.name': '+1555' }, ['contact.name'])).toBe('Hi friend+1555there');
    expect(fillIn(text, { 'contact.name': 'Zoë' })).toBe('Hi ZoëZoëthere');
    expect(fillIn(text, { 'contact.name': '' })).toBe('Hi friendthere');
  });
});
