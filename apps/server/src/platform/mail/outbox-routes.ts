import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import type { HttpApp } from '../http/index.ts';
import { type KeptMail, listOutbox, readOutbox } from './outbox.ts';

/** The page of mails that were not sent. Registered in development only; answers this machine alone. */
export function outboxRoutes(folder: string): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get('/outbox', { onRequest: nearby, schema: { hide: true } as never }, async (_request, reply) => {
      const rows = listOutbox(folder).map(
        (mail) =>
          `<li><a href="/outbox/${mail.id}">${escaped(mail.subject)}</a><br>${escaped(mail.to)} · ${escaped(mail.at)}</li>`,
      );
      return html(reply, 'Outbox', rows.length === 0 ? '<p>No mail yet.</p>' : `<ul>${rows.join('')}</ul>`);
    });

    app.get('/outbox/:id', { onRequest: nearby, schema: { hide: true } as never }, async (request, reply) => {
      const mail = readOutbox(folder, (request.params as { id: string }).id);
      if (!mail) throw errors.notFound('mail');
      if (request.headers.accept?.includes('application/json')) return mail;
      return html(reply, mail.subject, letter(mail));
    });
  };
}

const near = /^(127\.|::1$|::ffff:127\.)/;
const nearNames = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
/** What tunnels and proxies add. One on this machine makes everybody look near. */
const forwarding = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
];

/**
 * Mails hold links that sign people in: this machine alone, without a proxy in between, and by a name of its own; by
 * another name that leads here a stranger's page could read it in a browser of this machine.
 */
async function nearby(request: FastifyRequest): Promise<void> {
  const { headers, socket, ip } = request;
  const isNear = near.test(ip) && near.test(socket.remoteAddress ?? ip);
  if (!isNear || !nearNames.test(headers.host ?? '') || forwarding.some((name) => name in headers)) {
    throw errors.notFound('address');
  }
}

function letter(mail: KeptMail): string {
  const text = escaped(mail.text).replaceAll(/https?:\/\/\S+/g, (url) => `<a href="${url}">${url}</a>`);
  return `<p>${escaped(mail.from)} → ${escaped(mail.to)}<br>${escaped(mail.at)}</p><pre dir="auto">${text}</pre><p><a href="/outbox">Outbox</a></p>`;
}

function html(reply: FastifyReply, title: string, body: string): unknown {
  reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
  return reply.send(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><main><h1>${escaped(title)}</h1>${body}</main></html>` as never,
  );
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (found) => entities[found]!);
