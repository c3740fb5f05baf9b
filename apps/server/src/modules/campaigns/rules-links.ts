/** Which addresses of a message become short links, and who is no person. Pure. */
import { type CampaignMessage, variableKey } from '@chaski/contracts';

/** What stands before the token; `null`: no address is known under which people reach this installation. */
export type LinkBase = string | null;

/** Under PUBLIC_URL; beside the API, and no page of the app. */
export const linkBaseOf = (publicUrl: string): LinkBase =>
  publicUrl === '' ? null : `${publicUrl.replace(/\/+$/, '')}/l/`;

const addresses = /https?:\/\/[^\s<>"]+/gi;
// What ends a sentence behind an address is not the address's.
const trailing = /[.,;:!?)\]}'’”»]+$/;

/** An address that people may be led to. One with a password in it stays what it is: it is nobody else's to keep. */
export function isTarget(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hostname !== '';
}

/**
 * The values with their addresses replaced by what `short` answers for place and target. Body variables hold addresses
 * among words. A button's address begins in the template, as WhatsApp approved it: it can be counted where that beginning
 * is ours (`ownButtons`), and its value is then the whole target.
 */
export function replaceLinks(
  message: CampaignMessage,
  values: Readonly<Record<string, string>>,
  ownButtons: ReadonlySet<string>,
  short: { text(place: string, target: string): string; button(place: string, target: string): string },
): Record<string, string> {
  const replaced: Record<string, string> = { ...values };
  for (const variable of message.variables) {
    const key = variableKey(variable);
    const value = values[key];
    if (value === undefined) continue;
    if (variable.place === 'button') {
      if (ownButtons.has(key) && isTarget(value)) replaced[key] = short.button(key, value);
    } else if (variable.place === 'body') {
      let n = 0;
      replaced[key] = value.replace(addresses, (found) => {
        const end = trailing.exec(found)?.[0] ?? '';
        const target = found.slice(0, found.length - end.length);
        return isTarget(target) ? `${short.text(`${key}#${n++}`, target)}${end}` : found;
      });
    }
  }
  return replaced;
}

/** Buttons whose address is one of our short links (`https://chat.example.com/l/{{1}}`), by their variables' keys. */
export function ownButtonsOf(components: readonly unknown[], base: LinkBase): ReadonlySet<string> {
  const own = new Set<string>();
  if (base === null) return own;
  const look = (parts: readonly unknown[], card?: number) => {
    for (const part of parts as readonly Record<string, unknown>[]) {
      const type = String(part.type).toUpperCase();
      if (type === 'BUTTONS' && Array.isArray(part.buttons))
        (part.buttons as { url?: unknown }[]).forEach(({ url }, index) => {
          if (url === `${base}{{1}}`) own.add(variableKey({ place: 'button', index, card, name: 'url' }));
        });
      if (type === 'CAROUSEL' && Array.isArray(part.cards))
        (part.cards as { components?: unknown }[]).forEach(({ components: inner }, at) => {
          if (Array.isArray(inner)) look(inner, at);
        });
    }
  };
  look(components);
  return own;
}

// Programs that look at a link to show a preview, to index it or to check it. They name themselves; what does not can only
// be counted as a person. WhatsApp's own browser says Mozilla, its preview says WhatsApp.
const programs =
  /^whatsapp\/|facebookexternalhit|facebot|meta-external|telegrambot|twitterbot|slackbot|slack-imgproxy|discordbot|linkedinbot|skypeuripreview|applebot|google-|googlebot|googleimageproxy|adsbot|bingbot|bingpreview|yandex|baiduspider|duckduckbot|pinterest|vkshare|line-poker|viber|embedly|iframely|bitlybot|headless|lighthouse|uptime|monitor|crawl|spider|scan|preview|\bbot\b|[a-z]bot\/|curl\/|wget\/|python-|java\/|go-http|okhttp|axios|node-fetch|undici|libwww|httpclient/i;

/** A preview or a look ahead: it is led on, and counts for nobody. */
export function isProgram(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const said = (name: string) => String(headers[name] ?? '').toLowerCase();
  const agent = said('user-agent').trim();
  if (agent === '' || programs.test(agent)) return true;
  return ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|preview|prerender/.test(said(name)),
  );
}
