import { campaignMessage } from '@chaski/contracts';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type CampaignStage, campaignsOn, listenOn } from '../../../test/campaign-stage.ts';
import { testDatabase, until } from '../../../test/harness.ts';
import { buildHttp } from '../../platform/http/index.ts';
import { log, stageOn } from '../messages/testing.ts';
import { getCampaign } from './create.ts';
import { eraseFromCampaigns } from './erase.ts';
import { linkRoutes } from './link-routes.ts';
import { preflight } from './preflight.ts';
import { recipientsOf, reportOf } from './report.ts';
import { isProgram, isTarget, linkBaseOf, ownButtonsOf, replaceLinks } from './rules-links.ts';
import { takeTurn } from './step.ts';
import { testSend } from './test-send.ts';

const t = await testDatabase({ poolSize: 16 });
const stage = await stageOn(t);
await listenOn(stage);
const base = 'https://chat.example.com/l/';
const person =
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36';

const http = await buildHttp({
  db: t.db,
  log,
  environment: 'test',
  authenticate: async () => null,
  checks: {},
});
await http.app.register(linkRoutes({ db: t.db, log }));
afterAll(() => http.close());

const tap = (address: string, agent: string | null = person, method: 'GET' | 'HEAD' = 'GET') =>
  http.app.inject({
    method,
    url: address.replace('https://chat.example.com', ''),
    headers: { 'user-agent': agent ?? '' },
  });

/** A campaign whose text names a page of each person's own. */
async function told(on: CampaignStage, components?: readonly unknown[], people = 2): Promise<string> {
  await on.template();
  if (components)
    await stage.query(
      "update templates set components = $2::jsonb where workspace_id = $1 and name = 'spring'",
      [on.place.workspaceId, JSON.stringify(components)],
    );
  await on.tier('TIER_100K');
  if (people > 0) await on.people(people);
  return on.plan({
    message: {
      template: { name: 'spring', language: 'en' },
      variables: [
        { place: 'body', name: '1', source: { from: 'text', text: 'see https://shop.example/ü?a=1&b=2.' } },
        ...(components
          ? [
              {
                place: 'button' as const,
                index: 0,
                name: 'url',
                source: { from: 'text' as const, text: 'https://shop.example/basket' },
              },
            ]
          : []),
      ],
    },
    audience: { kind: 'phones', phones: ['+16501000000', '+16501000001'] },
  });
}

const switchOn = (on: CampaignStage) =>
  stage.query(`update workspaces set settings = settings || '{"shortLinks": true}' where id = $1`, [
    on.place.workspaceId,
  ]);

const run = async (on: CampaignStage, id: string) => {
  await on.launch(id);
  while (await takeTurn(stage.db, { workspaceId: on.place.workspaceId, id }, 200, base));
};

/** Until so many taps are written. */
const counted = (on: CampaignStage, id: string, clicks: number) =>
  until('the taps are written', async () => {
    return (await stage.tenant(on.place, (tx) => reportOf(tx, id))).clicks === clicks;
  });

interface Said {
  to: string;
  text: string;
  button: string | null;
}

/** What was queued, by the person's number. */
async function said(on: CampaignStage): Promise<Said[]> {
  const rows = await stage.query<{
    to: string;
    components: { type: string; parameters: { text: string }[] }[];
  }>(
    `select c.phone as to, m.content #> '{template,components}' as components
     from messages m join conversations v on v.workspace_id = m.workspace_id and v.id = m.conversation_id
     join contacts c on c.workspace_id = v.workspace_id and c.id = v.contact_id
     where m.workspace_id = $1 and m.type = 'template' order by 1`,
    [on.place.workspaceId],
  );
  return rows.map(({ to, components }) => ({
    to,
    text: components.find(({ type }) => type === 'body')!.parameters[0]!.text,
    button: components.find(({ type }) => type === 'button')?.parameters[0]?.text ?? null,
  }));
}

const buttons = [
  { type: 'BODY', text: 'Hello {{1}}, everything is 20% off.' },
  { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Look', url: `${base}{{1}}` }] },
];

describe('short links', () => {
  it('are made for nobody until the workspace wants them', async () => {
    const on = await campaignsOn(stage, await stage.place());
    const id = await told(on);
    await run(on, id);
    expect((await said(on)).map(({ text }) => text)).toEqual(
      Array(2).fill('see https://shop.example/ü?a=1&b=2.'),
    );
    expect(await stage.query('select 1 from links where campaign_id = $1', [id])).toEqual([]);
  });

  it('lead each person where the text said, count them once and their taps all, and say so', async () => {
    const on = await campaignsOn(stage, await stage.place());
    await switchOn(on);
    const id = await told(on);
    await run(on, id);
    const texts = await said(on);
    const links = texts.map(
      ({ text }) => /^see (https:\/\/chat\.example\.com\/l\/[\w-]{16})\.$/.exec(text)![1]!,
    );
    expect(new Set(links).size).toBe(2);

    const answer = await tap(links[0]!);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers).toMatchObject({
      location: 'https://shop.example/%C3%BC?a=1&b=2',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
    });
    await tap(links[0]!);
    // A preview, a look ahead and a program that names itself are led on, and are nobody.
    for (const agent of ['WhatsApp/2.25.1 A', 'facebookexternalhit/1.1', 'curl/8.5.0', null])
      expect((await tap(links[1]!, agent)).statusCode).toBe(302);
    expect((await tap(links[1]!, person, 'HEAD')).statusCode).toBe(302);

    await counted(on, id, 2);
    expect(await stage.tenant(on.place, (tx) => reportOf(tx, id))).toMatchObject({ clicked: 1, clicks: 2 });
    const who = await stage.tenant(on.place, (tx) =>
      recipientsOf(tx, id, { states: null, reason: null, did: 'clicked' }, { after: null, limit: 10 }),
    );
    expect(who.map(({ address, clicks }) => [address, clicks])).toEqual([[texts[0]!.to, 2]]);
    expect(who[0]!.clickedAt).toEqual(t.clock.now());
    const events = await stage.query<{ data: unknown }>(
      "select data from events where workspace_id = $1 and name = 'campaign.clicked'",
      [on.place.workspaceId],
    );
    expect(events.map(({ data }) => data)).toEqual([
      { campaignId: id, count: 1, contactIds: [who[0]!.contactId] },
    ]);
  });

  it('stand in a button whose address is ours, and the campaign stops where they are switched off', async () => {
    const on = await campaignsOn(stage, await stage.place());
    const id = await told(on, buttons);
    const found = await stage.tenant(on.place, (tx) =>
      preflight(tx, id, { monthly: null, links: base, used: 0 }),
    );
    expect(found.problems.map(({ code }) => code)).toContain('short_links_off');
    await run(on, id);
    expect(await stage.tenant(on.place, (tx) => getCampaign(tx, id))).toMatchObject({
      state: 'paused',
      pausedReason: 'template_wrong',
    });
    await expect(
      stage.tenant(on.place, (tx) => testSend(tx, id, '+16501000000', null, null, base)),
    ).rejects.toMatchObject({ code: 'short_links_off' });
    expect(await said(on)).toEqual([]);

    await switchOn(on);
    const second = await told(on, buttons, 0);
    await run(on, second);
    const [one] = await said(on);
    expect(one!.button).toMatch(/^[\w-]{16}$/);
    expect((await tap(`/l/${one!.button}`)).headers.location).toBe('https://shop.example/basket');
    const tested = await stage.tenant(on.place, (tx) =>
      testSend(tx, second, '+16501000000', null, null, base),
    );
    const trial = /"text":"([\w-]{16})"/.exec(JSON.stringify(tested.content))![1]!;
    expect((await tap(`/l/${trial}`)).headers.location).toBe('https://shop.example/basket');
    await counted(on, second, 1);
    expect(await stage.tenant(on.place, (tx) => reportOf(tx, second))).toMatchObject({
      clicked: 1,
      clicks: 1,
    });
  });

  it('keep their address for the next try, and go with the person', async () => {
    const on = await campaignsOn(stage, await stage.place());
    await switchOn(on);
    const id = await told(on);
    await run(on, id);
    const before = await stage.query<{ n: number; token: string }>(
      'select n, token from links where campaign_id = $1 order by n',
      [id],
    );
    await stage.query(
      `update campaign_recipients set state = 'planned', message_id = null, due_at = '2020-01-01' where campaign_id = $1 and n = 1`,
      [id],
    );
    await stage.query("update campaigns set state = 'running', wakes_at = '2020-01-01' where id = $1", [id]);
    while (await takeTurn(stage.db, { workspaceId: on.place.workspaceId, id }, 200, base));
    expect(await stage.query('select n, token from links where campaign_id = $1 order by n', [id])).toEqual(
      before,
    );

    await tap(`/l/${before[0]!.token}`);
    await counted(on, id, 1);
    const [row] = await stage.query<{ contact_id: string }>(
      'select contact_id from campaign_recipients where campaign_id = $1 and n = 1',
      [id],
    );
    await stage.db.withSystem('test: erasure', (tx) =>
      eraseFromCampaigns(tx, on.place.workspaceId, [row!.contact_id], []),
    );
    expect((await tap(`/l/${before[0]!.token}`)).statusCode).toBe(404);
    expect((await tap(`/l/${before[1]!.token}`)).statusCode).toBe(302);
    await counted(on, id, 1);
    expect(await stage.tenant(on.place, (tx) => reportOf(tx, id))).toMatchObject({ clicked: 1, clicks: 1 });
  });

  it('lead on while a line is locked, wait for nobody, and lose no tap at the end', async () => {
    const on = await campaignsOn(stage, await stage.place());
    await switchOn(on);
    const id = await told(on);
    await run(on, id);
    const own = await buildHttp({
      db: t.db,
      log,
      environment: 'test',
      authenticate: async () => null,
      checks: {},
    });
    await own.app.register(linkRoutes({ db: t.db, log }));
    const [link] = await stage.query<{ token: string }>(
      'select token from links where campaign_id = $1 and n = 1',
      [id],
    );
    await stage.db.withSystem('test: somebody works the line', async (tx) => {
      await tx.query('select 1 from campaign_recipients where campaign_id = $1 and n = 1 for update', [id]);
      // More than the pool has connections.
      const answers = await Promise.all(
        Array.from({ length: 40 }, () =>
          own.app.inject({ url: `/l/${link!.token}`, headers: { 'user-agent': person } }),
        ),
      );
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([302]));
    });
    await own.close();
    expect(await stage.tenant(on.place, (tx) => reportOf(tx, id))).toMatchObject({ clicked: 1, clicks: 40 });
  });

  it('of test messages are each their own, and go with the person whose line they say', async () => {
    const on = await campaignsOn(stage, await stage.place());
    await switchOn(on);
    const id = await told(on);
    const test = async (n: number) => {
      const { content } = await stage.tenant(on.place, (tx) =>
        testSend(tx, id, '+442079460010', n, null, base),
      );
      return /\/l\/[\w-]{16}/.exec(JSON.stringify(content))![0];
    };
    const links = [await test(1), await test(2), await test(1)];
    expect(new Set(links).size).toBe(3);
    const [row] = await stage.query<{ contact_id: string }>(
      'select contact_id from campaign_recipients where campaign_id = $1 and n = 1',
      [id],
    );
    await stage.db.withSystem('test: erasure', (tx) =>
      eraseFromCampaigns(tx, on.place.workspaceId, [row!.contact_id], []),
    );
    const answers = await Promise.all(links.map((link) => tap(link)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 302, 404]);
  });

  it('that nobody made lead nowhere', async () => {
    for (const token of ['AAAAAAAAAAAAAAAA', 'https:%2F%2Fevil.example', '..%2Fv1'])
      expect((await tap(`/l/${token}`)).statusCode).toBe(404);
  });
});

describe('which addresses', () => {
  const message = campaignMessage.parse({
    template: { name: 'a', language: 'en' },
    variables: [
      { place: 'header', name: 'image', source: { from: 'text', text: 'x' } },
      { place: 'body', name: '1', source: { from: 'text', text: 'x' } },
      { place: 'button', index: 0, name: 'url', source: { from: 'text', text: 'x' } },
      { place: 'button', index: 1, name: 'url', source: { from: 'text', text: 'x' } },
    ],
  });

  it('every one in a text is replaced, and nothing beside it', () => {
    const word = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('http://', 'https://', 'HTTPS://'),
          fc.stringMatching(/^[a-z]{1,8}\.[a-z]{2,3}$/),
          fc.stringMatching(/^(\/[A-Za-z0-9%_~-]{0,6}){0,2}(\?[a-z]=[a-z0-9&]{0,4}){0,1}(#[a-z]{1,3}){0,1}$/),
        )
        .map((parts) => parts.join('')),
      fc.stringMatching(/^[a-z,.!?() ]{0,12}$/),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const text = words.join(' ');
        const targets = new Map<string, string>();
        const short = (place: string, target: string) => {
          targets.set(place, target);
          return `<${place}>`;
        };
        const { 'body:1': replaced = '' } = replaceLinks(message, { 'body:1': text }, new Set(), {
          text: short,
          button: short,
        });
        expect(replaced.replace(/<(body:1#\d+)>/g, (_, place: string) => targets.get(place)!)).toBe(text);
        for (const target of targets.values()) expect(isTarget(target)).toBe(true);
        expect(/https?:\/\/[a-z]/i.test(replaced)).toBe(false);
      }),
    );
  });

  it('files and buttons of other houses stay what they are', () => {
    const values = {
      'header:image': 'https://cdn.example/a.jpg',
      'button:0:url': 'https://shop.example/a',
      'button:1:url': 'https://shop.example/b',
    };
    const short = { text: () => 'text', button: () => 'token' };
    expect(replaceLinks(message, values, new Set(['button:1:url']), short)).toEqual({
      ...values,
      'button:1:url': 'token',
    });
    expect(ownButtonsOf(buttons, base)).toEqual(new Set(['button:0:url']));
    const carousel = [{ type: 'CAROUSEL', cards: [{ components: [] }, { components: buttons }] }];
    expect(ownButtonsOf(carousel, base)).toEqual(new Set(['card:1:button:0:url']));
    expect(ownButtonsOf(buttons, linkBaseOf('https://other.example/'))).toEqual(new Set());
    expect(ownButtonsOf(buttons, linkBaseOf(''))).toEqual(new Set());
  });

  it('only the web’s, and none with a password', () => {
    for (const text of [
      'javascript:alert(1)',
      'ftp://a.example',
      'https://me:pass@a.example',
      'https://',
      'a.example',
    ])
      expect(isTarget(text)).toBe(false);
    expect(isTarget('http://a.example/x')).toBe(true);
  });

  it('and who is a program', () => {
    for (const agent of ['WhatsApp/2.23.20.0 A', 'Googlebot/2.1', 'Slackbot-LinkExpanding 1.0', ''])
      expect(isProgram({ 'user-agent': agent })).toBe(true);
    expect(isProgram({ 'user-agent': person, 'sec-purpose': 'prefetch;prerender' })).toBe(true);
    // WhatsApp's own browser, and one that only sounds like a bot.
    for (const agent of [person, `${person} WhatsApp/2.25`, 'Mozilla/5.0 (CUBOT X20) Chrome/120 Mobile'])
      expect(isProgram({ 'user-agent': agent })).toBe(false);
  });
});
