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

/** Mails hold links that sign people in. Both the peer and whom a trusted proxy speaks for must be this machine. */
async function nearby(request: FastifyRequest): Promise<void> {
  if (!near.test(request.ip) || !near.test(request.socket.remoteAddress ?? request.ip)) {
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
