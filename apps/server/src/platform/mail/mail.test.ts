import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyPluginAsync } from 'fastify';
import { pino } from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { testApi } from '../../../test/api.ts';
import { testRing } from '../../../test/harness.ts';
import { mailbox } from '../../../test/mailbox.ts';
import { asOwner } from '../../../test/owner.ts';
import { composeMail } from '../../modules/auth/mails.ts';
import { newId } from '../ids.ts';
import { createMailer } from './index.ts';
import { keepInOutbox } from './outbox.ts';
import { outboxRoutes } from './outbox-routes.ts';

const api = await testApi();
const mails = mailbox(api);
const log = pino({ level: 'silent' });
const mail = {
  to: 'ana@example.com',
  subject: 'Hello',
  text: 'Words\nhttp://x/#secret',
  html: '<p>Words</p>',
};

/** A mail server that takes everything, or says `refusal` to the message. */
async function smtp(refusal: string | null): Promise<{ url: string; taken: string[]; server: Server }> {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let data: string | null = null;
    socket.write('220 test\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      if (data !== null) {
        data += text;
        if (!data.endsWith('\r\n.\r\n')) return;
        if (refusal === null) taken.push(data);
        socket.write(`${refusal ?? '250 taken'}\r\n`);
        data = null;
      } else if (/^DATA/i.test(text)) {
        data = '';
        socket.write('354 go on\r\n');
      } else socket.write('250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `smtp://127.0.0.1:${port}`, taken, server };
}

const context = { workspaceId: null, attempt: 1, log, signal: new AbortController().signal };

/** Sends through a transaction and gives the job's payload, as it lies in the database. */
async function queued(mailer: ReturnType<typeof createMailer>): Promise<unknown> {
  await api.db.withSystem('test', (tx) => mailer.send(tx, mail));
  const [row] = await asOwner<{ payload: { payload?: unknown } }>(
    api.ownerUrl,
    'delete from graphile_worker._private_jobs returning payload',
  );
  return row!.payload.payload ?? row!.payload;
}

describe('mails', () => {
  it('are sealed while they wait and leave by SMTP', async () => {
    const { url, taken } = await smtp(null);
    const mailer = createMailer({ smtpUrl: url, from: 'Chaski <c@x.y>', ring: testRing, outbox: null, log });
    const payload = await queued(mailer);
    expect(JSON.stringify(payload)).not.toContain('Words');
    await mailer.handler.run(payload, context);
    expect(taken).toHaveLength(1);
    expect(taken[0]).toContain('Subject: Hello');
    mailer.close();
  });

  it('that are refused fail their job, which tries again', async () => {
    const { url } = await smtp('451 come later');
    const mailer = createMailer({ smtpUrl: url, from: 'c@x.y', ring: testRing, outbox: null, log });
    await expect(mailer.handler.run(await queued(mailer), context)).rejects.toThrow(/451/);
    expect(mailer.handler.job.attempts).toBe(10);
    mailer.close();
  });

  it('exist only if their reason was committed', async () => {
    const mailer = createMailer({ smtpUrl: null, from: 'c@x.y', ring: testRing, outbox: null, log });
    const failing = api.db.withSystem('test', async (tx) => {
      await mailer.send(tx, mail);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await asOwner(api.ownerUrl, 'select 1 from graphile_worker._private_jobs')).toEqual([]);
    await expect(mailer.handler.run(await queued(mailer), context)).rejects.toThrow(/SMTP_URL/);
  });

  it('carry no lines or links that a stranger wrote into a name', () => {
    const links = { publicUrl: () => 'http://localhost' };
    const made = composeMail(
      links,
      'invitation',
      { email: 'ana@example.com', locale: 'en' },
      { inviter: 'Eve\r\nBcc: all@x.y', workspace: '<b>https://evil.example</b>' },
      'token',
    );
    expect(made.subject).not.toMatch(/[\r\n]/);
    expect(made.html).not.toContain('<b>');
    expect(made.text).not.toContain('https://evil');
    expect(made.text).toContain('http://localhost/app/invitation#token');
    for (const workspace of ['hthttps://tps://evil.example', 'wwwww.w.evil.example', '//evil.example/x']) {
      const again = composeMail(links, 'invitation', { email: 'a@b.c', locale: 'en' }, { workspace });
      expect(again.text).toContain('a@b.c');
      expect(`${again.subject} ${again.text} ${again.html}`).not.toMatch(/:\/\/evil|www\.evil|evil\.example/);
    }
  });
});

describe('the outbox', () => {
  it('lists subject, person and time, and makes the links of a mail ones to press; its style is all that the policy lets in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chaski-outbox-'));
    const id = newId();
    keepInOutbox(folder, {
      ...{ id, at: '2026-11-20T12:34:56.000Z', from: 'c@x.y', to: 'ana@example.com', html: '<p>Hi</p>' },
      subject: 'Join <Acme>',
      text: 'Come:\nhttps://chat.example/app/invitation#abc&d\n<script>',
    });
    const app = fastify();
    await app.register(outboxRoutes(folder) as unknown as FastifyPluginAsync);
    const list = await app.inject('/outbox');
    expect(list.body).toMatch(
      new RegExp(
        `<td><a href="/outbox/${id}"[^>]*>Join &lt;Acme&gt;</a></td><td[^>]*>ana@example.com</td><td><time datetime="2026-11-20T12:34:56.000Z">2026-11-20 12:34:56</time>`,
      ),
    );
    const mail = await app.inject(`/outbox/${id}`);
    const address = 'https://chat.example/app/invitation#abc&amp;d';
    expect(mail.body).toContain(`<a href="${address}">${address}</a>`);
    expect(mail.body).not.toContain('<script');
    const style = /<style>(.*)<\/style>/s.exec(mail.body)?.[1] ?? '';
    expect(mail.headers['content-security-policy']).toContain(
      `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    );
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it('answers this machine alone', async () => {
    const far = await api.http.app.inject({ method: 'GET', url: '/outbox', remoteAddress: '10.0.0.1' });
    expect(far.statusCode).toBe(404);
    const near = await api.http.app.inject({ method: 'GET', url: '/outbox' });
    expect(near.statusCode).toBe(200);
    expect(near.headers['content-security-policy']).toContain("default-src 'none'");
    // A tunnel or proxy on this machine speaks for the world; a name that leads here is somebody else's page.
    for (const headers of [
      { 'x-forwarded-for': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1' },
      { 'x-forwarded-host': 'a.example' },
      { 'x-real-ip': '127.0.0.1' },
      { 'cf-connecting-ip': '127.0.0.1' },
      { via: '1.1 proxy' },
      { host: 'a.ngrok.example' },
      { host: 'localhost.evil.example:3000' },
    ]) {
      const through = await api.http.app.inject({ method: 'GET', url: '/outbox', headers });
      expect(through.statusCode, JSON.stringify(headers)).toBe(404);
    }
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'chaski.localhost']) {
      const here = await api.http.app.inject({ method: 'GET', url: '/outbox', headers: { host } });
      expect(here.statusCode, host).toBe(200);
    }
    expect((await api.http.app.inject({ method: 'GET', url: '/outbox/..%2f..%2fsecrets' })).statusCode).toBe(
      404,
    );
    expect(await mails.to('nobody@example.com')).toEqual([]);
  });
});
