import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';
import type { HttpApp } from '../http/index.ts';
import { type KeptMail, listOutbox, readOutbox } from './outbox.ts';

/** The page of mails that were not sent. Registered in development only; answers this machine alone. */
export function outboxRoutes(folder: string): (app: HttpApp) => Promise<void> {
  return async (app) => {
    app.get('/outbox', { onRequest: nearby, schema: { hide: true } as never }, async (_request, reply) => {
      return html(reply, 'Outbox', listed(listOutbox(folder)));
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

const why = 'No mail server is configured (SMTP_URL): mails stay here, the newest first.';

function listed(mails: readonly KeptMail[]): string {
  if (mails.length === 0) return `<p>${why} No mail yet.</p>`;
  const rows = mails.map(
    ({ id, subject, to, at }) =>
      `<tr><td><a href="/outbox/${id}" dir="auto">${escaped(subject)}</a></td><td dir="ltr">${escaped(to)}</td><td>${time(at)}</td></tr>`,
  );
  return `<p>${why}</p><table><thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Time (UTC)</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function letter(mail: KeptMail): string {
  const text = escaped(mail.text).replaceAll(/https?:\/\/\S+/g, (url) => `<a href="${url}">${url}</a>`);
  return `<p><a href="/outbox">← Outbox</a></p><dl><dt>From</dt><dd>${escaped(mail.from)}</dd><dt>To</dt><dd>${escaped(mail.to)}</dd><dt>Time (UTC)</dt><dd>${time(mail.at)}</dd></dl><pre dir="auto">${text}</pre>`;
}

const time = (at: string): string =>
  `<time datetime="${escaped(at)}">${escaped(at.slice(0, 19).replace('T', ' '))}</time>`;

const style = `:root{color-scheme:light dark}
body{margin:0 auto;max-width:60rem;padding:1.5rem;font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse}
th,td{padding:.5rem .75rem .5rem 0;border-block-end:1px solid #8888;text-align:start;vertical-align:top;overflow-wrap:anywhere}
td:last-child{white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dd{margin:0;overflow-wrap:anywhere}
pre{padding:1rem;border:1px solid #8888;border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
a{color:light-dark(#0b6e52,#45c79c)}`;
const styleHash = createHash('sha256').update(style).digest('base64');

function html(reply: FastifyReply, title: string, body: string): unknown {
  reply
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`,
    );
  return reply.send(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escaped(title)}</title><style>${style}</style><main><h1>${escaped(title)}</h1>${body}</main></html>` as never,
  );
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (found) => entities[found]!);
