import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { seedWorkspace, until } from '../../../test/harness.ts';
import { writes } from '../../../test/writes.ts';
import { startEvents } from '../../platform/events/index.ts';
import { newId } from '../../platform/ids.ts';
import { createLog } from '../../platform/log.ts';
import { createSignals } from '../../platform/signals.ts';
import { contactWords } from '../contacts/index.ts';
import { backfillHandler, messageWords } from './index.ts';

const api = await testApi();
const stage = await api.stage('A');
const stranger = await api.stage('B');
const log = createLog('silent');
const signals = await createSignals(api.db, log);
const running = await startEvents({ db: api.db, signals, consumers: [messageWords, contactWords], log });
afterAll(async () => {
  await running.stop();
  await signals.close();
});

type Found = {
  contacts: { id: string; displayName: string; highlights: { start: number; end: number }[] }[];
  messages: {
    id: string;
    text: string;
    conversationId: string;
    highlights: { start: number; end: number }[];
  }[];
  notes: { id: string; text: string }[];
  nextCursor: string | null;
};

async function search(q: string, more: Record<string, string> = {}, headers = api.as(stage, 'owner')) {
  const query = new URLSearchParams({ q, type: 'messages', ...more });
  const answer = await api.http.app.inject({ method: 'GET', url: `/v1/search?${query}`, headers });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as Found;
}
const texts = async (q: string, more: Record<string, string> = {}, headers?: Record<string, string>) =>
  (await search(q, more, headers)).messages.map((message) => message.text);

/** All messages so far have their words. */
const caughtUp = () =>
  until('search has caught up', async () => {
    const [row] = await api.db.withSystem('test', (tx) =>
      tx.query<{ left: number }>(
        `select (select count(*) from event_queue) + (select count(*) from event_consumers c
           where c.seq < (select max(seq) from event_seq)) as left`,
      ),
    );
    return row!.left === 0;
  });

const said: Record<string, Awaited<ReturnType<typeof writes>>> = {};
beforeAll(async () => {
  for (const [name, text] of Object.entries({
    en: 'Good morning, where is my café order? https://shop.example/42',
    pt: 'Olá! A ação começou em São Paulo',
    es: 'Hasta mañana, señor Núñez',
    ar: 'مُحَمَّد ذهب إلى المستشفى في المدرسة',
    hi: 'मुझे क़लम और किताब चाहिए',
  })) {
    api.clock.advance(1_000);
    said[name] = await writes(stage, { text });
  }
  await writes(stranger, { text: 'Good morning from another workspace' });
  await caughtUp();
});

describe('GET /v1/search', () => {
  it.each([
    ['en', 'CAFE'],
    ['en', 'café ord'],
    ['en', '"good morning" where'],
    ['pt', 'acao'],
    ['pt', 'AÇÃO SÃO'],
    ['es', 'manana nunez'],
    ['ar', 'محمد'],
    ['ar', 'الى المستشفي'],
    ['ar', 'المدرسه'],
    ['hi', 'कलम'],
    ['hi', 'किता'],
  ])('finds %s by %s', async (name, q) => {
    const found = await search(q);
    expect(found.messages.map((message) => message.id)).toEqual([said[name]!.messageId]);
    const [message] = found.messages;
    expect(message!.highlights.length).toBeGreaterThan(0);
    // A person of this test shows no name: the number stands for it.
    expect(message).toMatchObject({ contactName: `+${said[name]!.phone}` });
  });

  it('finds no parts of words, no other order of a phrase, and nothing excluded', async () => {
    expect(await texts('orning')).toEqual([]);
    expect(await texts('"morning good"')).toEqual([]);
    expect(await texts('good -café')).toEqual([]);
    expect(await texts('कताब')).toEqual([]);
  });

  it('shows nothing of another workspace', async () => {
    expect(await texts('workspace')).toEqual([]);
    expect(await texts('"another workspace"', {}, api.as(stranger, 'owner'))).toHaveLength(1);
  });

  it('understands its operators', async () => {
    const one = said.en!;
    await stage.send('PATCH /v1/contacts/:id', {
      params: { id: one.contactId },
      body: { name: 'Émile Zola' },
    });
    const label = (await stage.send('POST /v1/labels', { body: { name: 'Big deal' } })).body as {
      id: string;
    };
    await stage.send('PUT /v1/contacts/:id/labels', {
      params: { id: one.contactId },
      body: { labelIds: [label.id] },
    });
    await caughtUp();
    const only = [expect.stringContaining('café')];
    expect(await texts('from:emile good')).toEqual(only);
    expect(await texts('from:emile')).toEqual(only);
    expect(await texts(`from:${one.phone.slice(-7)}`)).toEqual(only);
    expect(await texts('from:me')).toEqual([]);
    expect(await texts('from:nobody')).toEqual([]);
    expect(await texts('label:"big deal"')).toEqual(only);
    expect(await texts('label:unknown')).toEqual([]);
    expect(await texts('has:link')).toEqual(only);
    expect(await texts('has:media')).toEqual([]);
    expect(await texts(`in:${one.conversationId}`)).toEqual(only);
    expect(await texts(`in:${newId()} good`)).toEqual([]);
    expect(await texts('is:open assignee:none')).toHaveLength(5);
    expect(await texts('is:closed good')).toEqual([]);
    expect(await texts('assignee:me')).toEqual([]);
    expect(await texts(`number:${stage.seeded.displayPhoneNumber.slice(-6)} good`)).toEqual(only);
    expect(await texts('number:000999 good')).toEqual([]);
    expect(await texts(`before:${api.clock.now().toISOString()}`)).toHaveLength(4);
    expect(await texts(`after:${api.clock.now().toISOString()}`)).toHaveLength(1);
    await expect(search('is:late')).rejects.toThrow('is: takes open, closed or snoozed');
  });

  it('finds people by name, number, and their label', async () => {
    const people = async (q: string, type = 'contacts') =>
      (await search(q, { type })).contacts.map((contact) => contact.displayName);
    expect(await people('emile')).toEqual(['Émile Zola']);
    expect(await people('zol')).toEqual(['Émile Zola']);
    expect(await people(said.en!.phone.slice(-6), 'all')).toEqual(['Émile Zola']);
    expect(await people('zola label:"big deal"')).toEqual(['Émile Zola']);
    expect((await search('zola', { type: 'contacts' })).contacts[0]!.highlights).toEqual([
      { start: 6, end: 10 },
    ]);
    const filtered = await api.http.app.inject({
      method: 'GET',
      url: '/v1/contacts?q=zola',
      headers: api.as(stage, 'owner'),
    });
    expect(filtered.json().data).toMatchObject([{ name: 'Émile Zola' }]);
  });

  it('respects what a key or an agent may reach', async () => {
    const here = api.as(stage, 'key', { numberIds: [stage.numberId] });
    const elsewhere = api.as(stage, 'key', { numberIds: [newId()] });
    expect(await texts('café', {}, here)).toHaveLength(1);
    expect(await texts('café', {}, elsewhere)).toEqual([]);
    expect((await search('zola', { type: 'all' }, elsewhere)).contacts).toEqual([]);
    const own = api.as(stage, 'agent', { ownOnly: true });
    expect(await texts('café', {}, own)).toHaveLength(1);
    await api.db.withSystem('test: somebody else works on it', (tx) =>
      tx.execute('update conversations set assignee_id = $2 where id = $1', [
        said.en!.conversationId,
        stage.members.admin,
      ]),
    );
    expect(await texts('café', {}, own)).toEqual([]);
    expect(await texts('ação', {}, own)).toHaveLength(1);
  });

  it('finds the notes of the team, after an edit too, for whoever may see the conversation', async () => {
    const { conversationId } = said.hi!;
    const noted = (text: string) =>
      stage.send('POST /v1/conversations/:id/notes', { params: { id: conversationId }, body: { text } });
    const note = (await noted('Promised a Rückerstattung by Friday')).body as { id: string };
    const found = async (q: string, more: Record<string, string> = {}, headers?: Record<string, string>) =>
      (await search(q, { type: 'all', ...more }, headers)).notes;
    expect(await found('ruckerst')).toMatchObject([
      {
        id: note.id,
        conversationId,
        contactName: `+${said.hi!.phone}`,
        author: { kind: 'user' },
        text: 'Promised a Rückerstattung by Friday',
        highlights: [{ start: 11, end: 25 }],
      },
    ]);
    expect((await search('ruckerst', { type: 'notes' })).messages).toEqual([]);
    expect((await search('ruckerst', { type: 'messages' })).notes).toEqual([]);
    for (const [more, count] of [
      [`in:${conversationId}`, 1],
      [`in:${said.en!.conversationId}`, 0],
      ['after:2001-01-01', 1],
      ['before:2001-01-01', 0],
      [`number:${stage.numberId}`, 1],
      ['from:me', 0],
      ['assignee:me', 0],
    ] as const)
      expect(await found(`friday ${more} `), more).toHaveLength(count);
    expect(await found('friday', {}, api.as(stranger, 'owner'))).toEqual([]);
    const key = (scopes: string[]) => api.as(stage, 'key', { scopes });
    const reading = ['contacts:read', 'messages:read'];
    expect(await found('friday', {}, key(reading))).toEqual([]);
    expect(await found('friday', {}, key([...reading, 'conversations:read']))).toHaveLength(1);
    expect(await found('friday', {}, api.as(stage, 'key', { numberIds: [newId()] }))).toEqual([]);
    await stage.send('PATCH /v1/conversations/:id/notes/:noteId', {
      params: { id: conversationId, noteId: note.id },
      body: { text: 'Done on Monday' },
    });
    expect(await found('friday')).toEqual([]);
    expect(await found('monday')).toHaveLength(1);
  });

  it('finds what a limited member may see behind a thousand newer hits that they may not', async () => {
    const mine = await writes(stage, { text: 'blackbird' });
    const theirs = await writes(stage, { text: 'not that word' });
    await caughtUp();
    await api.db.withSystem('test: a colleague is told a lot of blackbirds', async (tx) => {
      await tx.execute('update conversations set assignee_id = $2 where id = $1', [
        theirs.conversationId,
        stage.members.admin,
      ]);
      await tx.execute(
        `insert into message_search (workspace_id, message_id, conversation_id, number_id, contact_id, at, document)
         select workspace_id, gen_random_uuid(), $2, number_id, null, at + n * interval '1 second', document
         from message_search, generate_series(1, 1000) n where workspace_id = $1 and message_id = $3`,
        [stage.workspaceId, theirs.conversationId, mine.messageId],
      );
    });
    const found = await search('blackbird', {}, api.as(stage, 'agent', { ownOnly: true }));
    expect(found.messages.map((message) => message.id)).toEqual([mine.messageId]);
    expect(found.nextCursor).toBeNull();
    await api.db.withSystem('test: gone again', (tx) =>
      tx.execute('delete from message_search where conversation_id = $1', [theirs.conversationId]),
    );
  });

  it('finds a note behind a thousand newer ones that are not asked for, or not to be seen', async () => {
    const seeded = await seedWorkspace(api.db, { workspaceId: stage.workspaceId, appId: stage.seeded.appId });
    const mine = await writes(stage, { text: 'not that word' });
    const theirs = await writes({ ...stage, seeded }, { text: 'not that word' });
    const note = (
      await stage.send('POST /v1/conversations/:id/notes', {
        params: { id: mine.conversationId },
        body: { text: 'wagtail' },
      })
    ).body as { id: string };
    await api.db.withSystem('test: a colleague notes a lot of wagtails', async (tx) => {
      await tx.execute('update conversations set assignee_id = $2 where id = $1', [
        theirs.conversationId,
        stage.members.admin,
      ]);
      await tx.execute(
        `insert into notes (workspace_id, id, conversation_id, text, author_kind, created_at, updated_at, document)
         select workspace_id, gen_random_uuid(), $2, text, author_kind, created_at + interval '5 days' + n * interval '1 s',
           updated_at, document
         from notes, generate_series(1, 1000) n where workspace_id = $1 and id = $3`,
        [stage.workspaceId, theirs.conversationId, note.id],
      );
    });
    const later = new Date(api.clock.now().getTime() + 3 * 86_400_000).toISOString().slice(0, 10);
    for (const [more, headers] of [
      [`in:${mine.conversationId}`],
      [`before:${later}`],
      [`number:${stage.numberId}`],
      ['assignee:none'],
      ['', api.as(stage, 'key', { numberIds: [stage.numberId] })],
      ['', api.as(stage, 'agent', { ownOnly: true })],
    ] as [string, Record<string, string>?][]) {
      const found = await search(`wagtail ${more} `, { type: 'notes' }, headers);
      expect(
        found.notes.map(({ id }) => id),
        more,
      ).toEqual([note.id]);
    }
    const all = await search('wagtail', { type: 'notes', limit: '7' });
    expect(new Set(all.notes.map(({ id }) => id))).toHaveProperty('size', 7);
    // Beside messages the cursor is theirs, and a page behind it has no notes.
    const beside = await search('wagtail', { type: 'all', limit: '7' });
    expect([beside.notes.length, beside.nextCursor]).toEqual([5, null]);
    const pages = async (headers?: Record<string, string>) => {
      const ids: string[] = [];
      let next: string | null = null;
      do {
        const page: Found = await search(
          'wagtail',
          { type: 'notes', limit: '50', ...(next === null ? {} : { cursor: next }) },
          headers,
        );
        ids.push(...page.notes.map(({ id }) => id));
        next = page.nextCursor;
      } while (next !== null);
      return ids;
    };
    const every = await pages();
    expect([every.length, new Set(every).size, every.at(-1)]).toEqual([1_001, 1_001, note.id]);
    expect(await pages(api.as(stage, 'agent', { ownOnly: true }))).toEqual([note.id]);
    await api.db.withSystem('test: gone again', (tx) =>
      tx.execute('delete from notes where conversation_id = $1', [theirs.conversationId]),
    );
  });

  it('pages newest first, without gaps, also where few of the hits may be seen', async () => {
    const place = await writes(stage, { text: 'tick 0' });
    for (let n = 1; n < 12; n += 1) {
      // Two in one second: the id decides.
      if (n % 2 === 0) api.clock.advance(1_000);
      await writes(stage, { text: `tick ${n}`, phone: place.phone });
    }
    await caughtUp();
    const all: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Found = await search('tick', { limit: '5', ...(cursor ? { cursor } : {}) });
      all.push(...page.messages.map((message) => message.text));
      cursor = page.nextCursor;
    } while (cursor);
    expect(all).toHaveLength(12);
    expect(new Set(all).size).toBe(12);
    expect(all.at(-1)).toMatch(/tick [01]/);
  });

  it('finds what a template said to the person, and everything else that was shown', async () => {
    const place = await writes(stage, { text: 'before it' });
    await api.db.withSystem('test: WhatsApp told us of a template', (tx) =>
      tx.execute(
        `insert into templates (workspace_id, id, account_id, name, language, category, status, components, updated_at,
           created_at)
         select n.workspace_id, gen_random_uuid(), n.account_id, 'parcel_news', 'en', 'UTILITY', 'APPROVED', $2::jsonb,
           $3, $3 from numbers n where n.id = $1`,
        [
          stage.numberId,
          JSON.stringify([
            { type: 'HEADER', format: 'TEXT', text: 'Aardvark parcels' },
            { type: 'BODY', text: 'Dear {{1}}, your bandicoot left *the wharf* on {{2}}.' },
            { type: 'FOOTER', text: 'Capybara Ltd' },
            { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Where is my dugong' }] },
          ]),
          api.clock.now().toISOString(),
        ],
      ),
    );
    const say = async (content: Record<string, unknown>) => {
      const body = { conversationId: place.conversationId, ...content };
      const sent = await stage.send('POST /v1/messages', { body });
      expect(sent, JSON.stringify(sent.body)).toMatchObject({ status: 201 });
    };
    await say({
      type: 'template',
      template: {
        name: 'parcel_news',
        language: { code: 'en' },
        components: [
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Ermintrude' },
              { type: 'text', text: 'Friday' },
            ],
          },
        ],
      },
    });
    await say({
      type: 'interactive',
      interactive: {
        type: 'list',
        header: { type: 'text', text: 'Fennec menu' },
        body: { text: 'Choose a gecko' },
        footer: { text: 'Hoatzin bakery' },
        action: {
          button: 'See ibex',
          sections: [
            { title: 'Jerboa', rows: [{ id: '1', title: 'Kinkajou pie', description: 'With lemur' }] },
          ],
        },
      },
    });
    await writes(stage, {
      phone: place.phone,
      type: 'interactive',
      content: {
        interactive: {
          type: 'list_reply',
          list_reply: { id: '1', title: 'Markhor cake', description: 'With numbat' },
        },
      },
    });
    await writes(stage, {
      phone: place.phone,
      type: 'location',
      content: { location: { latitude: 1, longitude: 2, name: 'Okapi house', address: 'Pangolin street 4' } },
    });
    await writes(stage, {
      phone: place.phone,
      type: 'contacts',
      content: {
        contacts: [{ name: { formatted_name: 'Quokka Smith' }, org: { company: 'Rhea Inc' }, phones: [] }],
      },
    });
    await writes(stage, {
      phone: place.phone,
      type: 'document',
      content: {
        document: {
          id: '9',
          mime_type: 'application/pdf',
          caption: 'Our serval',
          filename: 'tapir-list.pdf',
        },
      },
    });
    await caughtUp();
    const [template] = (await search('bandicoot')).messages;
    expect(template).toMatchObject({
      text: [
        'Aardvark parcels',
        'Dear Ermintrude, your bandicoot left *the wharf* on Friday.',
        'Where is my dugong',
        'Capybara Ltd',
        'parcel_news',
      ].join('\n'),
      highlights: [{ start: 39, end: 48 }],
    });
    for (const [type, words] of Object.entries({
      template: 'aardvark ermintrude "your bandicoot left" wharf friday dugong capybara parcel_news',
      interactive: 'fennec gecko hoatzin ibex jerboa kinkajou lemur',
      location: 'okapi pangolin',
      contacts: 'quokka rhea',
      document: 'serval tapir',
    })) {
      const { messages } = await search(words);
      expect(messages, words).toMatchObject([{ conversationId: place.conversationId, type }]);
    }
    expect(await texts('markhor numbat')).toHaveLength(1);
  });

  it('forgets what was revoked and finds what was edited', async () => {
    const first = await writes(stage, { text: 'zebra crossing' });
    const [row] = await api.db.withSystem('test', (tx) =>
      tx.query<{ id: string }>('select provider_message_id as id from messages where id = $1', [
        first.messageId,
      ]),
    );
    await caughtUp();
    expect(await texts('zebra')).toHaveLength(1);
    await writes(stage, {
      phone: first.phone,
      type: 'edit',
      content: {
        edit: { original_message_id: row!.id, message: { type: 'text', text: { body: 'giraffe crossing' } } },
      },
    });
    await until('the edit is found', async () => (await texts('giraffe')).length === 1);
    expect(await texts('zebra')).toEqual([]);
    await writes(stage, {
      phone: first.phone,
      type: 'revoke',
      content: { revoke: { original_message_id: row!.id } },
    });
    await until('the revoke is followed', async () => (await texts('crossing')).length === 0);
  });

  it('writes the words of older messages once, and goes on where it was killed', async () => {
    const before = await texts('tick', { limit: '50' });
    await api.db.withSystem('test: as before this table was', (tx) =>
      tx.execute('delete from message_search'),
    );
    await api.db.withSystem('test: as before the column was', (tx) =>
      tx.execute('update notes set document = null'),
    );
    expect((await search('monday', { type: 'notes' })).notes).toEqual([]);
    expect(await texts('tick')).toEqual([]);
    const controller = new AbortController();
    const context = { workspaceId: null, attempt: 1, log, signal: controller.signal };
    await backfillHandler(api.db, 3).run({}, context);
    expect(await texts('tick', { limit: '50' })).toEqual(before);
    expect(await texts('café')).toHaveLength(1);
    expect(await texts('crossing')).toEqual([]);
    expect((await search('monday', { type: 'notes' })).notes).toHaveLength(1);
  });
});
