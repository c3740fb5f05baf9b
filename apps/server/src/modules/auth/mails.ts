import type { Mail, Mailer } from '../../platform/mail/index.ts';
import type { SendInvitation } from '../workspaces/index.ts';
import { type Locale, locales, type MailKind, mailTexts } from './mail-texts.ts';

/** Where a mail's link leads. What is secret stands behind #: no server log and no Referer ever holds it. */
export interface MailLinks {
  publicUrl: () => string;
}

const pages: Record<MailKind, string> = {
  'confirm-address': '/app/confirm',
  'known-address': '/login',
  'reset-password': '/app/reset',
  'password-changed': '/app/reset',
  'confirm-new-address': '/app/confirm-new-address',
  'address-changed': '/app',
  'factor-added': '/app/settings/security',
  'factor-removed': '/app/settings/security',
  'recovery-codes-made': '/app/settings/security',
  'sign-on-linked': '/app/settings/security',
  invitation: '/app/invitation',
};

export function localeOf(text: string | null | undefined): Locale {
  const short = text?.slice(0, 2).toLowerCase();
  return locales.find((known) => known === short) ?? 'en';
}

/** One mail in the reader's language, as plain text and as small html that needs no images. */
export function composeMail(
  links: MailLinks,
  kind: MailKind,
  to: { email: string; locale: string },
  values: Record<string, string> = {},
  token?: string,
): Mail {
  const locale = localeOf(to.locale);
  const words = mailTexts[locale][kind];
  const fill = (text: string, clean: (value: string) => string) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) => clean(values[name] || to.email));
  const link = `${links.publicUrl()}${pages[kind]}${token === undefined ? '' : `#${token}`}`;
  // Names are chosen by people who may be strangers: no lines of their own in the header, no links in our mails, also
  // none that a reader's program makes of `evil.example`. A blank for what goes, so that nothing closes up to a new one.
  const oneLine = (value: string) =>
    value
      .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
      .replaceAll(/:\/\/|\/\//g, ' ')
      .replaceAll(/\.(?=[\p{L}\p{N}])/gu, isAddress.test(value) ? '.' : '. ')
      .slice(0, isAddress.test(value) ? 254 : 100);
  const subject = fill(words.subject, oneLine);
  const direction = locale === 'ar' ? 'rtl' : 'ltr';
  const body = fill(words.text, (value) => escaped(oneLine(value)));
  return {
    to: to.email,
    subject,
    text: `${fill(words.text, oneLine)}\n\n${words.action}:\n${link}\n`,
    html: `<!doctype html><html lang="${locale}" dir="${direction}"><meta charset="utf-8"><body style="font:16px/1.5 sans-serif;max-width:36em;margin:2em auto;padding:0 1em"><p>${body}</p><p><a href="${escaped(link)}">${escaped(words.action)}</a></p></body></html>`,
  };
}

/** The mail of an invitation, for the module that invites. */
export function sendInvitationBy(deps: { mailer: Mailer; links: MailLinks }): SendInvitation {
  return (tx, { email, locale, workspace, inviter, token }) =>
    deps.mailer.send(
      tx,
      composeMail(deps.links, 'invitation', { email, locale }, { workspace, inviter }, token),
    );
}

/** People without a name are called by it. */
const isAddress = /^[\w.+-]+@[\w.-]+$/;
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (found) => entities[found]!);
