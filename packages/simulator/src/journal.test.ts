/** What a restart finds. A "kill" here is an instance that is left as it stands, and another one on its journal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSimulator, type Simulator, type SimulatorOptions, VirtualClock } from './index.ts';
import type { JsonObject } from './json.ts';
import { ACCOUNT, ana, codeOf, idOf, KEY, NUMBER, type Stage, stage, TOKEN, text } from './test-stage.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'simulator-journal-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'journal');
}

/** The old instance hears and says nothing more; the new one is set up as a product does at each start. */
async function restart(
  on: Stage,
  journal: string,
  options: Partial<SimulatorOptions> = {},
): Promise<Simulator> {
  on.sim.stopWebhooks();
  // one turn of the loop, the most that a kill can take from what nobody was told yet
  await new Promise((resolve) => setImmediate(resolve));
  const sim = await createSimulator({
    adminKey: KEY,
    clock: new VirtualClock(on.clock.now()),
    apps: [{ id: '1', secret: 'app-secret', webhookUrl: on.callback, verifyToken: 'verify me' }],
    journal,
    ...options,
  });
  onTestFinished(() => sim.close());
  sim.addAccount({ id: ACCOUNT, appId: '1', token: TOKEN, portfolioId: '9' });
  sim.addNumber({ phoneNumberId: NUMBER, displayPhoneNumber: '+1 555 078 3881', accountId: ACCOUNT });
  return sim;
}

const sendOn = (sim: Simulator, on: Stage, body: JsonObject) =>
  on.call('POST', `${sim.url}/v24.0/${NUMBER}/messages`, { messaging_product: 'whatsapp', ...body });

/** Chat without what depends on the address of this run. */
const chat = (sim: Simulator, who = '+15550100001') => sim.person(who).chat();

test('everything is there after a restart, and ids go on', async () => {
  const journal = folder();
  const on = await stage({ journal });
  const person = ana(on);
  const first = await on.send(text('15550100001', 'hello Ana'));
  const buttons = await on.send({
    to: '15550100001',
    type: 'interactive',
    interactive: {
      type: 'button',
      body: { text: 'Which?' },
      action: { buttons: [{ type: 'reply', reply: { id: 'a', title: 'A' } }] },
    },
  });
  await on.send({
    to: '15550100001',
    type: 'template',
    template: { name: 'hello_world', language: { code: 'en_US' } },
  });
  await on.sim.advance(1_000);
  person.tapButton(idOf(buttons), 'A');
  person.react(idOf(first), '👍');
  person.readMessage(idOf(first));
  const picture = person.addMedia(PNG, 'image/png', 'tiny.png');
  const sent = person.send({ type: 'image', mediaId: picture, caption: 'look' });
  await on.sim.idle();
  await on.send({ to: '15550100001', type: 'reaction', reaction: { message_id: sent, emoji: '❤️' } });
  await on.call('POST', `/v24.0/${NUMBER}/messages`, {
    messaging_product: 'whatsapp',
    status: 'read',
    message_id: sent,
  });
  on.sim.setTemplateStatus(ACCOUNT, 'order_update', 'PAUSED');
  await on.call('POST', `/v24.0/${NUMBER}/whatsapp_business_profile`, {
    messaging_product: 'whatsapp',
    about: 'We sell keys',
  });
  await on.sim.advance(1_000);
  const before = chat(on.sim);
  expect(before.map((message) => message.content.type)).toEqual([
    'text',
    'text',
    'interactive',
    'template',
    'button_reply',
    'image',
  ]);
  expect(before.at(-1)).toMatchObject({ tick: 'read', reactions: [{ from: 'business', emoji: '❤️' }] });
  const people = on.sim.people();
  const received = on.received.length;

  const sim = await restart(on, journal);
  expect(chat(sim)).toEqual(before);
  expect(sim.people()).toEqual(people);
  await sim.advance(1_000);
  expect(on.received).toHaveLength(received);
  const bytes = await fetch(`${sim.url}/_phone/api/media/${picture}?key=${KEY}`);
  expect(Buffer.from(await bytes.arrayBuffer())).toEqual(PNG);
  const paused = await sendOn(sim, on, {
    to: '15550100001',
    type: 'template',
    template: { name: 'order_update', language: { code: 'en_US' } },
  });
  expect(codeOf(paused)).toBe(132015);
  const profile = await on.call('GET', `${sim.url}/v24.0/${NUMBER}/whatsapp_business_profile`);
  expect(profile.text).toContain('We sell keys');
  // the window is still open, the id is new, and the same person added again is the same person
  const next = await sendOn(sim, on, text('15550100001', 'again'));
  expect(next.status).toBe(200);
  expect(before.map((message) => message.id)).not.toContain(idOf(next));
  expect(sim.addPerson({ name: 'Ana', phone: '+15550100001' }).id).toBe(person.id);
  // reading goes on to be told
  sim.person('+15550100001').readMessage(idOf(buttons));
  await sim.idle();
  expect(on.statuses().at(-1)).toMatchObject({ id: idOf(buttons), status: 'read' });

  // an older journal does not say whose a file is: everybody's, also of numbers that come after it
  const older = folder();
  const [header, ...lines] = readFileSync(journal, 'utf8').trimEnd().split('\n');
  const records = lines.flatMap((line) => JSON.parse(line) as [string, JsonObject][]);
  const files = records.filter(([kind]) => kind === 'medium');
  const unsaid = files.map(([kind, file]) => [kind, { ...file, numberIds: undefined }]);
  const rest = records.filter(([kind]) => kind !== 'medium');
  writeFileSync(older, [header, JSON.stringify(unsaid), JSON.stringify(rest), ''].join('\n'));
  cpSync(`${journal}.media`, `${older}.media`, { recursive: true });
  const later = await restart({ ...on, sim }, older);
  expect((await on.call('GET', `${later.url}/v24.0/${picture}`)).status).toBe(200);
});

test('what changed about a person is kept: number, user id, username', async () => {
  const journal = folder();
  const on = await stage({ journal });
  const person = ana(on);
  person.changeNumber('+15550100099');
  person.setUsername('ana.b');
  await on.sim.idle();
  const people = on.sim.people();
  const sim = await restart(on, journal);
  expect(sim.people()).toEqual(people);
  expect(sim.addPerson({ name: 'Ana', phone: '+15550100001' }).id).toBe(person.id);
  expect(sim.people()).toHaveLength(1);
  expect(chat(sim, '+15550100099').map((message) => message.content.type)).toEqual(['text', 'system']);
});

test('a webhook that nobody acknowledged comes again, to where the app is now, signed with its secret', async () => {
  const journal = folder();
  const on = await stage({ journal });
  // the first retry follows at once
  on.answers.push(503, 503);
  const person = ana(on);
  await on.sim.idle();
  const first = on.received[0]!;
  expect(chat(on.sim)[0]?.tick).toBe('sent');

  const sim = await restart(on, journal, {
    apps: [{ id: '1', secret: 'another', webhookUrl: `${on.callback}/moved`, verifyToken: 'verify me' }],
  });
  await sim.advance(500);
  const again = on.received.at(-1)!;
  expect(again.body).toBe(first.body);
  expect(again.headers['x-hub-signature-256']).not.toBe(first.headers['x-hub-signature-256']);
  expect(sim.deliveries().at(-1)).toMatchObject({ url: `${on.callback}/moved`, status: 200 });
  expect(sim.person(person.id).chat()[0]?.tick).toBe('delivered');
  // and then never more
  const count = on.received.length;
  await (await restart({ ...on, sim }, journal)).advance(3600_000);
  expect(on.received).toHaveLength(count);
});

test('an app that is still away is asked again until it is there', async () => {
  const journal = folder();
  const on = await stage({ journal });
  on.answers.push(...Array.from({ length: 9 }, () => 503));
  ana(on);
  await on.sim.idle();
  const sim = await restart(on, journal);
  await sim.advance(10_000);
  expect(sim.deliveries().map((delivery) => delivery.status)).toEqual([
    ...Array.from({ length: 7 }, () => 503),
    200,
  ]);
});

test('webhooks held back, and those waiting for a fuller body, are owed too', async () => {
  const journal = folder();
  const on = await stage({ journal, webhooks: { batch: 10, batchWaitMs: 5_000 } });
  const person = on.sim.person(on.sim.addPerson({ name: 'Ana', phone: '+15550100001' }).id);
  person.send('one');
  person.send('two');
  await on.sim.idle();
  expect(on.received).toHaveLength(0);
  const sim = await restart(on, journal);
  await sim.advance(1_000);
  expect(on.inbound().map((message) => message.text)).toEqual([{ body: 'one' }, { body: 'two' }]);
});

test('a webhook that a fault lost stays lost', async () => {
  const journal = folder();
  const on = await stage({ journal });
  on.sim.faults.arm('drop_webhook');
  ana(on);
  await on.sim.idle();
  const sim = await restart(on, journal);
  await sim.advance(60_000);
  expect(on.received).toHaveLength(0);
  expect(sim.faults.list().every((fault) => fault.remaining === 0)).toBe(true);
});

test.each([
  [0, ['sent', 'delivered']],
  [100, ['sent', 'delivered']],
  [250, ['sent', 'delivered']],
])('a message %i ms under way arrives once and tells each status once', async (ms, expected) => {
  const journal = folder();
  const on = await stage({ journal });
  ana(on);
  await on.sim.idle();
  const sent = await on.send(text('15550100001', 'on my way'));
  if (ms > 0) await on.sim.advance(ms);
  const sim = await restart(on, journal);
  await sim.advance(60_000);
  expect(
    chat(sim)
      .map((message) => message.id)
      .filter((id) => id === idOf(sent)),
  ).toHaveLength(1);
  const told = on.statuses().filter((status) => status.id === idOf(sent));
  expect(told.map((status) => status.status)).toEqual(expected);
});

test('a message that was to fail fails after the restart; a template under review is approved', async () => {
  const journal = folder();
  const on = await stage({ journal });
  const person = ana(on);
  await on.sim.idle();
  await on.sim.advance(25 * 3600_000);
  const outside = await on.send(text('15550100001', 'too late'));
  await on.call('POST', `/v24.0/${ACCOUNT}/message_templates`, {
    name: 'fresh',
    language: 'en',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'Hi' }],
  });
  const sim = await restart(on, journal);
  await sim.advance(120_000);
  const told = on.statuses().filter((status) => status.id === idOf(outside));
  expect(told.map((status) => status.status)).toEqual(['failed']);
  expect(sim.person(person.id).chat()).toHaveLength(1);
  expect(on.values('message_template_status_update')).toMatchObject([{ event: 'APPROVED' }]);
});

test('a torn last line is ignored and the journal goes on', async () => {
  const journal = folder();
  const on = await stage({ journal });
  ana(on);
  await on.sim.idle();
  on.sim.stopWebhooks();
  await on.sim.close();
  appendFileSync(journal, '[["message",{"id":"wamid.torn","perso');
  const lines: string[] = [];
  const sim = await restart(on, journal, { log: (line) => lines.push(line) });
  expect(chat(sim)).toHaveLength(1);
  expect(lines).toEqual([]);
  sim.person('+15550100001').send('still here');
  await sim.idle();
  expect(chat(await restart({ ...on, sim }, journal))).toHaveLength(2);
});

test('any cut of the journal is a world that was, up to that moment', async () => {
  const journal = folder();
  const on = await stage({ journal });
  const person = ana(on);
  await on.send(text('15550100001', 'hello'));
  await on.sim.advance(1_000);
  person.send('bye');
  await on.sim.idle();
  await on.sim.close();
  const whole = readFileSync(journal);
  let most = 0;
  const cuts = Array.from({ length: Math.ceil(whole.length / 97) }, (_, at) => at * 97);
  for (const cut of [...cuts, whole.length]) {
    writeFileSync(journal, whole.subarray(0, cut));
    const sim = await createSimulator({ adminKey: KEY, clock: on.clock, journal });
    sim.stopWebhooks();
    const shown = sim.people().length === 0 ? [] : sim.person(person.id).chat();
    expect(shown.length).toBeGreaterThanOrEqual(most);
    most = shown.length;
    await sim.close();
  }
  expect(most).toBe(3);
});

test('somebody else’s file is refused and left alone', async () => {
  const journal = folder();
  writeFileSync(journal, 'my diary\n');
  await expect(createSimulator({ adminKey: KEY, journal })).rejects.toThrow('no journal of this simulator');
  expect(readFileSync(journal, 'utf8')).toBe('my diary\n');
});

test('a journal that grew is rewritten, and files that are gone go', async () => {
  const journal = folder();
  const on = await stage({ journal, webhooks: { keep: 0 } });
  const person = ana(on);
  const picture = person.addMedia(PNG, 'image/png');
  const other = person.addMedia(PNG, 'image/png');
  person.send({ type: 'image', mediaId: other });
  const long = 'x'.repeat(4000);
  let last = '';
  // bodies that were acknowledged are what a rewrite drops: 3,000 messages of 4 kB, each told as owed and as message
  for (let i = 0; i < 3_000; i++) {
    last = person.send(long);
    if (i % 100 === 99) await on.sim.idle();
  }
  await on.call('DELETE', `/v24.0/${other}`);
  await on.sim.close();
  expect(statSync(journal).size).toBeLessThan(3_000 * 4_000 * 2);
  const sim = await restart(on, journal);
  expect(statSync(journal).size).toBeLessThan(3_000 * 4_600);
  expect(chat(sim).at(-1)?.id).toBe(last);
  expect(chat(sim)).toHaveLength(3_002);
  expect(readdirSync(`${journal}.media`)).toEqual([picture]);
  expect(existsSync(`${journal}.next`)).toBe(false);
});

test('reset is remembered', async () => {
  const journal = folder();
  const on = await stage({ journal });
  ana(on);
  await on.sim.idle();
  on.sim.reset();
  const sim = await restart(on, journal);
  expect(sim.people()).toEqual([]);
  expect(sim.addPerson({ name: 'Ana', phone: '+15550100001' }).name).toBe('Ana');
  expect(chat(sim)).toEqual([]);
});

test('an answer is given only when the journal has what it says', async () => {
  const journal = folder();
  const on = await stage({ journal });
  ana(on);
  await on.sim.idle();
  const { end } = ServerResponse.prototype;
  const kept: boolean[] = [];
  const watch = vi.spyOn(ServerResponse.prototype, 'end').mockImplementation(function (
    this: ServerResponse,
    ...args: unknown[]
  ) {
    const id = /wamid[^"]+/.exec(String(args[0]))?.[0];
    if (id) kept.push(readFileSync(journal, 'utf8').includes(id));
    return Reflect.apply(end, this, args);
  });
  onTestFinished(() => watch.mockRestore());
  await on.send(text('15550100001', 'hello'));
  expect(kept).toEqual([true]);
});

test('its folder is made with those above it, also under way; where none can be made, that is said', async () => {
  const root = dirname(folder());
  const journal = join(root, 'a/b/journal');
  const on = await stage({ journal });
  ana(on).addMedia(PNG, 'image/png');
  expect(readdirSync(`${journal}.media`)).toHaveLength(1);
  rmSync(join(root, 'a'), { recursive: true });
  ana(on).addMedia(PNG, 'image/png');
  expect(readdirSync(`${journal}.media`)).toHaveLength(1);

  writeFileSync(join(root, 'file'), '');
  for (const file of [join(root, 'file/journal'), join(root, 'file/below/journal')])
    await expect(createSimulator({ adminKey: KEY, journal: file })).rejects.toThrow(
      `journal: the folder ${dirname(file)} cannot be made`,
    );
  // Of the program: a sentence, and nothing of where in the program.
  const bin = new URL('../bin/simulator.js', import.meta.url).pathname;
  const program = spawn(process.execPath, [bin, '--port', '0', '--journal', join(root, 'file/journal')]);
  let said = '';
  program.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(program, 'close');
  expect({ code, said }).toEqual({
    code: 1,
    said: `journal: the folder ${join(root, 'file')} cannot be made (EEXIST). Make it, or name another file.\n`,
  });
});

test('kill -9 of a real process: an answered message is there', async () => {
  const journal = folder();
  const start = async (): Promise<{ child: ChildProcess; url: string }> => {
    const child = spawn(
      process.execPath,
      [
        new URL('../bin/simulator.js', import.meta.url).pathname,
        ...['--port', '0', '--journal', journal, '--admin-key', KEY, '--token', 'mock_1', '--no-window'],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    let printed = '';
    for await (const chunk of child.stdout!) {
      printed += String(chunk);
      const url = /Graph API\s+(\S+)\/v24\.0/.exec(printed)?.[1];
      if (url) return { child, url };
    }
    throw new Error(`it did not start: ${printed}`);
  };
  const one = await start();
  const answer = await fetch(`${one.url}/v24.0/${NUMBER}/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer mock_1' },
    body: JSON.stringify({ messaging_product: 'whatsapp', ...text('15550100001', 'before the kill') }),
  });
  expect(answer.status).toBe(200);
  const gone = new Promise((resolve) => one.child.once('exit', resolve));
  one.child.kill('SIGKILL');
  await gone;
  const two = await start();
  const shown = async () => {
    const transcript = await fetch(`${two.url}/_sim/transcript?phone=15550100001&key=${KEY}`);
    return ((await transcript.json()) as { messages: { text: string }[] }).messages.map(
      (message) => message.text,
    );
  };
  await expect.poll(shown).toEqual(['before the kill']);
});

test('a call that rings goes on ringing after a restart, and is over when its minute is', async () => {
  const journal = folder();
  const on = await stage({ journal });
  const person = ana(on);
  const id = person.call();
  await on.sim.advance(20_000);
  const sim = await restart(on, journal);
  await sim.idle();
  expect(chat(sim).map((message) => message.content)).toMatchObject([
    { type: 'text' },
    { type: 'call', state: 'ringing' },
  ]);
  await sim.advance(40_000);
  expect(chat(sim).at(-1)).toMatchObject({ id, content: { state: 'missed' } });
  const third = await restart({ ...on, sim, clock: sim.clock as VirtualClock }, journal);
  expect(chat(third)).toHaveLength(2);
  expect(chat(third).at(-1)).toMatchObject({ id, content: { state: 'missed' } });
});
