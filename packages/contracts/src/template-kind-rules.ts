/** Rules of the kinds with a form of their own: authentication, carousel, limited-time offer. */
import { buttonProblems } from './template-button-rules.ts';
import { codes, type Say } from './template-codes.ts';
import { componentOf, type TemplateCard, type TemplateComponent } from './template-definition.ts';
import { bodyProblems, headerProblems } from './template-part-rules.ts';

const whole = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

/** Body and footer are WhatsApp's own words; one OTP button. */
export function authenticationProblems(components: readonly TemplateComponent[], say: Say): void {
  for (const [i, one] of components.entries()) {
    const path = `components[${i}]`;
    if (one.type === 'BODY') {
      if (one.text !== undefined)
        say(`${path}.text`, codes.body, `${path}.text: WhatsApp writes the text of authentication templates`);
    } else if (one.type === 'FOOTER') {
      const minutes = one.code_expiration_minutes;
      if (one.text !== undefined)
        say(
          `${path}.text`,
          codes.footer,
          `${path}.text: WhatsApp writes the footer of authentication templates`,
        );
      if (minutes === undefined || !whole(minutes, 1, 90))
        say(
          `${path}.code_expiration_minutes`,
          codes.footer,
          `${path}.code_expiration_minutes is 1 to 90; leave the footer out to say nothing`,
        );
    } else if (one.type === 'BUTTONS') {
      buttonProblems(one.buttons, { path: `${path}.buttons`, category: 'AUTHENTICATION' }, say);
      otpProblems(one, `${path}.buttons`, say);
    } else say(path, codes.parameter, `${path}: an authentication template has no ${one.type}`);
  }
  if (!componentOf(components, 'BUTTONS'))
    say('components', codes.missing, 'an authentication template needs an OTP button');
}

function otpProblems(one: Extract<TemplateComponent, { type: 'BUTTONS' }>, path: string, say: Say): void {
  for (const [i, button] of one.buttons.entries()) {
    const at = `${path}[${i}]`;
    if (button.type !== 'OTP') {
      say(at, codes.parameter, `${at}: an authentication template has one OTP button and no other`);
      continue;
    }
    if ((button.autofill_text ?? '').length > 25)
      say(`${at}.autofill_text`, codes.length, `${at}.autofill_text takes at most 25 characters`);
    if (button.otp_type === 'COPY_CODE') continue;
    const apps =
      button.supported_apps ??
      (button.package_name === undefined
        ? []
        : [{ package_name: button.package_name, signature_hash: button.signature_hash ?? '' }]);
    if (apps.length === 0 || apps.length > 5)
      say(`${at}.supported_apps`, codes.missing, `${at}.supported_apps names 1 to 5 apps`);
    for (const [n, app] of apps.entries()) {
      if (!/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(app.package_name) || app.package_name.length > 224)
        say(
          `${at}.supported_apps[${n}].package_name`,
          codes.parameter,
          `${at}: com.example.app is a package name`,
        );
      if (!/^[A-Za-z0-9+/=]{11}$/.test(app.signature_hash))
        say(
          `${at}.supported_apps[${n}].signature_hash`,
          codes.parameter,
          `${at}: a signature hash has exactly 11 characters`,
        );
    }
    if (button.otp_type === 'ZERO_TAP' && button.zero_tap_terms_accepted !== true)
      say(`${at}.zero_tap_terms_accepted`, codes.missing, `${at}.zero_tap_terms_accepted must be true`);
  }
}

export function offerProblems(
  offer: Extract<TemplateComponent, { type: 'LIMITED_TIME_OFFER' }>,
  components: readonly TemplateComponent[],
  { path, category }: { path: string; category: string },
  say: Say,
): void {
  const at = `${path}.limited_time_offer.text`;
  const { text } = offer.limited_time_offer;
  if (text.trim() === '') say(at, codes.missing, `${at} is empty`);
  if (text.length > 16)
    say(at, codes.length, `${at} has ${text.length} characters; WhatsApp takes at most 16`);
  if (category !== 'MARKETING')
    say('category', codes.parameter, 'a limited-time offer is a marketing template');
  if (componentOf(components, 'FOOTER'))
    say('components', codes.footer, 'a template with a limited-time offer has no footer');
  const format = componentOf(components, 'HEADER')?.format;
  if (format !== undefined && format !== 'IMAGE' && format !== 'VIDEO')
    say('components', codes.header, 'a limited-time offer takes an IMAGE or VIDEO header');
}

const cardButtons: ReadonlySet<string> = new Set(['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'SPM']);

/** 2 to 10 cards, all built alike. */
export function carouselProblems(
  cards: readonly TemplateCard[],
  { path, category, named }: { path: string; category: string; named: boolean },
  say: Say,
): void {
  if (cards.length < 2 || cards.length > 10)
    say(path, codes.parameter, `${path} has ${cards.length} cards; a carousel has 2 to 10`);
  const [first] = cards.map(shapeOf);
  for (const [i, card] of cards.entries()) {
    const at = `${path}[${i}]`;
    if (shapeOf(card) !== first)
      say(at, codes.parameter, `${at} is built differently from the first card; all cards are built alike`);
    const types = card.components.map(({ type }) => type);
    if (!types.includes('HEADER')) say(at, codes.header, `${at} needs a HEADER`);
    for (const [n, one] of card.components.entries()) {
      const part = `${at}.components[${n}]`;
      if (types.indexOf(one.type) !== n) say(part, codes.parameter, `${at} has more than one ${one.type}`);
      if (one.type === 'HEADER') headerProblems(one, { path: part, category, named, card: true }, say);
      else if (one.type === 'BODY') bodyProblems(one, { path: part, named, max: 160 }, say);
      else {
        if (one.buttons.length > 2)
          say(part, codes.parameter, `${part} has ${one.buttons.length} buttons; a card has 1 or 2`);
        for (const [b, button] of one.buttons.entries())
          if (!cardButtons.has(button.type))
            say(`${part}.buttons[${b}]`, codes.parameter, `${part}: a card takes no ${button.type} button`);
        buttonProblems(one.buttons, { path: `${part}.buttons`, category }, say);
      }
    }
    if (!types.includes('BUTTONS')) say(at, codes.missing, `${at} needs 1 or 2 buttons`);
  }
}

function shapeOf(card: TemplateCard): string {
  return card.components
    .map((one) =>
      one.type === 'HEADER'
        ? `HEADER ${one.format}`
        : one.type === 'BUTTONS'
          ? `BUTTONS ${one.buttons.map(({ type }) => type).join(' ')}`
          : one.type,
    )
    .join(', ');
}
