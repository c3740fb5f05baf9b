/**
 * Interactive messages with their limits. Source: Meta "Interactive messages" pages (buttons, lists, CTA URL,
 * flows, location and address requests, calls, contact requests); what sells and what has cards is in files of its own.
 */
import { carousel } from './carousel-rules.ts';
import {
  eachObject,
  invalid,
  missing,
  needArray,
  needChoice,
  needInteger,
  needObject,
  needText,
  optionalChoice,
  optionalObject,
  optionalObjects,
  optionalText,
  optionalWord,
  unique,
} from './checks.ts';
import { COMMERCE } from './commerce-rules.ts';
import { ACTION, type ActionCheck, link, named, needName, PARAMETERS, replies } from './interactive-parts.ts';
import type { JsonObject } from './json.ts';
import { checkMedia, type MediaUse } from './media-rules.ts';

const HEADERS: Record<string, readonly string[]> = {
  button: ['text', 'image', 'video', 'document'],
  list: ['text'],
  cta_url: ['text', 'image', 'video', 'document'],
  flow: ['text', 'image', 'video', 'document'],
  product_list: ['text'],
  address_message: ['text', 'image', 'video', 'document'],
  order_details: ['text', 'image', 'video', 'document'],
};

const BODY_REQUIRED = new Set([
  'button',
  'list',
  'cta_url',
  'flow',
  'product_list',
  'location_request_message',
  'request_contact_info',
  'carousel',
  'order_details',
  'order_status',
  'address_message',
  'catalog_message',
  'voice_call',
]);

/** Checks `interactive` and tells which media it uses. */
export function checkInteractive(interactive: JsonObject): MediaUse[] {
  const type = needText(interactive, 'type', 'interactive.type', 100);
  const check = ACTIONS[type];
  if (!check) throw invalid(`interactive.type must be one of {${Object.keys(ACTIONS).join(', ')}}.`);
  const uses = header(interactive, type);
  const body = interactive.body;
  if (body === undefined && BODY_REQUIRED.has(type)) throw missing('interactive.body');
  if (body !== undefined)
    needText(
      needObject(interactive, 'body', 'interactive.body'),
      'text',
      'interactive.body.text',
      type === 'list' ? 4096 : 1024,
    );
  if (interactive.footer !== undefined) {
    if (type === 'location_request_message' || type === 'carousel')
      throw invalid(`interactive.footer is not allowed with ${type}.`);
    needText(needObject(interactive, 'footer', 'interactive.footer'), 'text', 'interactive.footer.text', 60);
  }
  uses.push(...check(needObject(interactive, 'action', ACTION)));
  return uses;
}

function header(interactive: JsonObject, type: string): MediaUse[] {
  if (interactive.header === undefined) {
    if (type === 'product_list') throw missing('interactive.header');
    return [];
  }
  const allowed = HEADERS[type] ?? [];
  const head = needObject(interactive, 'header', 'interactive.header');
  const kind = needText(head, 'type', 'interactive.header.type', 20);
  if (!allowed.includes(kind)) throw invalid(`interactive.header.type ${kind} is not allowed with ${type}.`);
  if (kind === 'text') {
    needText(head, 'text', 'interactive.header.text', 60);
    return [];
  }
  return [checkMedia(head, kind, `interactive.header.${kind}`)];
}

const ACTIONS: Record<string, ActionCheck> = {
  ...COMMERCE,
  carousel,

  button(action) {
    replies(action, ACTION, 'reply', 3);
    return [];
  },

  /** At most 10 rows over all sections; sections need titles when there are several. */
  list(action) {
    needText(action, 'button', `${ACTION}.button`, 20);
    const path = `${ACTION}.sections`;
    const sections = eachObject(needArray(action, 'sections', path, 1, 10), path);
    const ids: string[] = [];
    sections.forEach((section, i) => {
      if (sections.length > 1) needText(section, 'title', `${path}[${i}].title`, 24);
      else optionalText(section, 'title', `${path}[${i}].title`, 24);
      const rows = eachObject(needArray(section, 'rows', `${path}[${i}].rows`, 1, 10), `${path}[${i}].rows`);
      rows.forEach((row, j) => {
        ids.push(needText(row, 'id', `${path}[${i}].rows[${j}].id`, 200));
        needText(row, 'title', `${path}[${i}].rows[${j}].title`, 24);
        optionalText(row, 'description', `${path}[${i}].rows[${j}].description`, 72);
      });
    });
    if (ids.length > 10)
      throw invalid(`Total row count exceeds the maximum allowed count: 10, but has ${ids.length}.`);
    unique(ids, `${path}[].rows[].id`);
    return [];
  },

  cta_url(action) {
    link(action);
    return [];
  },

  flow(action) {
    const parameters = named(action, 'flow');
    needChoice(parameters, 'flow_message_version', `${PARAMETERS}.flow_message_version`, ['3']);
    if (parameters.flow_id !== undefined && parameters.flow_name !== undefined)
      throw invalid(`${PARAMETERS}.flow_id and flow_name exclude one another.`);
    const flow = parameters.flow_name === undefined ? 'flow_id' : 'flow_name';
    needText(parameters, flow, `${PARAMETERS}.${flow}`, 200);
    needText(parameters, 'flow_cta', `${PARAMETERS}.flow_cta`, 30);
    optionalWord(parameters, 'flow_token', `${PARAMETERS}.flow_token`, 1000);
    optionalChoice(parameters, 'mode', `${PARAMETERS}.mode`, ['published', 'draft']);
    const flowAction = optionalChoice(parameters, 'flow_action', `${PARAMETERS}.flow_action`, [
      'navigate',
      'data_exchange',
    ]);
    const payload = optionalObject(parameters, 'flow_action_payload', `${PARAMETERS}.flow_action_payload`);
    if (payload === undefined) return [];
    if (flowAction === 'data_exchange')
      throw invalid(`${PARAMETERS}.flow_action_payload is not allowed with data_exchange.`);
    needText(payload, 'screen', `${PARAMETERS}.flow_action_payload.screen`, 200);
    optionalObject(payload, 'data', `${PARAMETERS}.flow_action_payload.data`);
    return [];
  },

  location_request_message(action) {
    needName(action, 'send_location');
    return [];
  },

  address_message(action) {
    const parameters = named(action, 'address_message');
    needText(parameters, 'country', `${PARAMETERS}.country`, 2);
    optionalObject(parameters, 'values', `${PARAMETERS}.values`);
    optionalObject(parameters, 'validation_errors', `${PARAMETERS}.validation_errors`);
    const saved = `${PARAMETERS}.saved_addresses`;
    for (const [i, address] of optionalObjects(parameters, 'saved_addresses', saved).entries()) {
      needText(address, 'id', `${saved}[${i}].id`, 200);
      needObject(address, 'value', `${saved}[${i}].value`);
    }
    return [];
  },

  call_permission_request(action) {
    needName(action, 'call_permission_request');
    return [];
  },

  voice_call(action) {
    needName(action, 'voice_call');
    const parameters = optionalObject(action, 'parameters', PARAMETERS);
    if (parameters === undefined) return [];
    optionalWord(parameters, 'display_text', `${PARAMETERS}.display_text`, 20);
    optionalWord(parameters, 'payload', `${PARAMETERS}.payload`, 512);
    if (parameters.ttl_minutes !== undefined) {
      const ttl = needInteger(parameters, 'ttl_minutes', `${PARAMETERS}.ttl_minutes`);
      if (ttl < 1 || ttl > 43200) throw invalid(`${PARAMETERS}.ttl_minutes must be between 1 and 43200.`);
    }
    return [];
  },

  request_contact_info(action) {
    needName(action, 'request_contact_info');
    return [];
  },
};
