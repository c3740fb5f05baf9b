/** Rules of buttons: how many of each, in which order, how long. */

import { codes, type Say } from './template-codes.ts';
import type { TemplateButton } from './template-definition.ts';
import { placeholders } from './template-text.ts';

const most: Readonly<Record<TemplateButton['type'], number>> = {
  QUICK_REPLY: 10,
  URL: 2,
  PHONE_NUMBER: 1,
  COPY_CODE: 1,
  FLOW: 1,
  CATALOG: 1,
  MPM: 1,
  SPM: 1,
  VOICE_CALL: 1,
  OTP: 1,
  REQUEST_CONTACT_INFO: 1,
  APP: 1,
};

/** These stand alone. */
const alone: ReadonlySet<string> = new Set(['CATALOG', 'MPM', 'SPM', 'OTP']);

export function buttonProblems(
  buttons: readonly TemplateButton[],
  { path, category }: { path: string; category: string },
  say: Say,
): void {
  if (buttons.length === 0) {
    say(path, codes.parameter, `${path} is empty; leave the component out instead`);
    return;
  }
  if (buttons.length > 10)
    say(path, codes.parameter, `${path} has ${buttons.length} entries; WhatsApp takes at most 10`);
  const counts = Map.groupBy(buttons, ({ type }) => type);
  for (const [type, all] of counts) {
    if (all.length > most[type] && type !== 'QUICK_REPLY')
      say(
        path,
        codes.parameter,
        `${path} has ${all.length} of ${type}; WhatsApp takes at most ${most[type]}`,
      );
    if (alone.has(type) && buttons.length > all.length)
      say(path, codes.parameter, `${path}: ${type} stands alone`);
  }
  const groups = buttons.filter(
    ({ type }, i) => (type === 'QUICK_REPLY') !== (buttons[i - 1]?.type === 'QUICK_REPLY') && i > 0,
  ).length;
  if (groups > 1)
    say(path, codes.parameter, `${path}: quick replies stand together, before or after the others`);
  for (const [i, button] of buttons.entries()) one(button, `${path}[${i}]`, category, say);
}

function one(button: TemplateButton, path: string, category: string, say: Say): void {
  textProblems(button, path, say);
  switch (button.type) {
    case 'URL': {
      urlProblems(button, path, say);
      return;
    }
    case 'PHONE_NUMBER':
      if (button.phone_number.length > 20)
        say(
          `${path}.phone_number`,
          codes.length,
          `${path}.phone_number has ${button.phone_number.length} characters; WhatsApp takes at most 20`,
        );
      else if (!/^\+?[\d\s().-]{5,}$/.test(button.phone_number))
        say(`${path}.phone_number`, codes.parameter, `${path}.phone_number is no phone number`);
      return;
    case 'COPY_CODE': {
      const code = [button.example].flat()[0];
      if (code === undefined || code === '')
        say(`${path}.example`, codes.missing, `${path}.example needs an example of the code`);
      // 15 until December 2025.
      else if (code.length > 20)
        say(
          `${path}.example`,
          codes.length,
          `${path}.example has ${code.length} characters; WhatsApp takes at most 20`,
        );
      return;
    }
    case 'FLOW': {
      const named = [button.flow_id, button.flow_name, button.flow_json].filter(
        (it) => it !== undefined && it !== '',
      );
      if (named.length !== 1)
        say(path, codes.parameter, `${path} names its flow by one of flow_id, flow_name and flow_json`);
      if (button.flow_action !== undefined && !/^(navigate|data_exchange)$/i.test(button.flow_action))
        say(`${path}.flow_action`, codes.parameter, `${path}.flow_action is navigate or data_exchange`);
      return;
    }
    case 'VOICE_CALL': {
      const minutes = button.ttl_minutes;
      if (minutes !== undefined && !(Number.isInteger(minutes) && minutes >= 1440 && minutes <= 43_200))
        say(`${path}.ttl_minutes`, codes.parameter, `${path}.ttl_minutes is 1440 to 43200`);
      return;
    }
    case 'OTP':
      if (category !== 'AUTHENTICATION')
        say(path, codes.parameter, `${path}: OTP buttons are for authentication templates`);
      return;
    case 'CATALOG':
    case 'MPM':
    case 'SPM':
      if (category !== 'MARKETING')
        say(path, codes.parameter, `${path}: ${button.type} buttons are for marketing templates`);
      return;
    default:
  }
}

function textProblems(button: TemplateButton, path: string, say: Say): void {
  const at = `${path}.text`;
  const { text } = button;
  // WhatsApp writes these itself.
  const optional = ['COPY_CODE', 'OTP', 'REQUEST_CONTACT_INFO', 'APP'].includes(button.type);
  if (text === undefined || text.trim() === '') {
    if (!optional) say(at, codes.missing, `${at} is empty`);
    return;
  }
  if (text.length > 25)
    say(at, codes.length, `${at} has ${text.length} characters; WhatsApp takes at most 25`);
  if (/[\n\r]/.test(text) || placeholders(text).length > 0)
    say(at, codes.parameter, `${at} is one line without variables`);
}

function urlProblems(button: Extract<TemplateButton, { type: 'URL' }>, path: string, say: Say): void {
  const at = `${path}.url`;
  const { url } = button;
  if (url.length > 2000) {
    say(at, codes.length, `${at} has ${url.length} characters; WhatsApp takes at most 2000`);
    return;
  }
  const variables = placeholders(url).length;
  if (!/^https?:\/\/[^\s/]+/i.test(url) || !URL.canParse(url.replaceAll(/\{\{[^{}]*\}\}/g, 'x')))
    say(at, codes.parameter, `${at} must be a web address that starts with https:// or http://`);
  if (variables > 1 || (variables === 1 && !url.endsWith('}}'))) {
    say(at, codes.parameter, `${at} takes one variable, at its end`);
    return;
  }
  const example = [button.example].flat()[0];
  if (variables === 1 && (example === undefined || example === ''))
    say(`${path}.example`, codes.missing, `${path}.example needs an example of the address or of its end`);
}
