/**
 * Interactive messages with their limits. Source: Meta "Interactive messages" pages (buttons, lists, CTA URL,
 * flows, products, carousel, location and address requests, calls, contact requests).
 */
import {
  eachObject,
  invalid,
  missing,
  needArray,
  needObject,
  needText,
  optionalText,
  unique,
} from './checks.ts';
import type { JsonObject } from './json.ts';
import { checkMedia, type MediaUse } from './media-rules.ts';

const HEADERS: Record<string, readonly string[]> = {
  button: ['text', 'image', 'video', 'document'],
  list: ['text'],
  cta_url: ['text', 'image', 'video', 'document'],
  flow: ['text', 'image', 'video', 'document'],
  product_list: ['text'],
  order_details: ['text', 'image'],
  voice_call: [],
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
  uses.push(...check(needObject(interactive, 'action', 'interactive.action')));
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

function named(action: JsonObject, name: string): JsonObject {
  if (needText(action, 'name', 'interactive.action.name', 100) !== name)
    throw invalid(`interactive.action.name must be ${name}.`);
  return needObject(action, 'parameters', 'interactive.action.parameters');
}

function url(parameters: JsonObject, path: string): void {
  needText(parameters, 'display_text', `${path}.display_text`, 20);
  if (!/^https?:\/\/\S+$/.test(needText(parameters, 'url', `${path}.url`, 2000)))
    throw invalid(`${path}.url is not a valid URL.`);
}

function replies(action: JsonObject, path: string, key: 'reply' | 'quick_reply', max: number): void {
  const buttons = eachObject(needArray(action, 'buttons', `${path}.buttons`, 1, max), `${path}.buttons`);
  const ids: string[] = [];
  const titles: string[] = [];
  buttons.forEach((button, i) => {
    const at = `${path}.buttons[${i}]`;
    if (needText(button, 'type', `${at}.type`, 20) !== key) throw invalid(`${at}.type must be ${key}.`);
    const reply = needObject(button, key, `${at}.${key}`);
    ids.push(needText(reply, 'id', `${at}.${key}.id`, 256));
    titles.push(needText(reply, 'title', `${at}.${key}.title`, 20));
  });
  unique(ids, `${path}.buttons[].${key}.id`);
  unique(titles, `${path}.buttons[].${key}.title`);
}

const ACTIONS: Record<string, (action: JsonObject) => MediaUse[]> = {
  button(action) {
    replies(action, 'interactive.action', 'reply', 3);
    return [];
  },

  /** At most 10 rows over all sections; sections need titles when there are several. */
  list(action) {
    needText(action, 'button', 'interactive.action.button', 20);
    const path = 'interactive.action.sections';
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
    url(named(action, 'cta_url'), 'interactive.action.parameters');
    return [];
  },

  flow(action) {
    const path = 'interactive.action.parameters';
    const parameters = named(action, 'flow');
    needText(parameters, 'flow_message_version', `${path}.flow_message_version`, 5);
    if (parameters.flow_id === undefined && parameters.flow_name === undefined)
      throw missing(`${path}.flow_id`);
    if (parameters.flow_id !== undefined && parameters.flow_name !== undefined)
      throw invalid(`${path}.flow_id and flow_name exclude one another.`);
    needText(parameters, 'flow_cta', `${path}.flow_cta`, 30);
    const flowAction = optionalText(parameters, 'flow_action', `${path}.flow_action`, 20) ?? 'navigate';
    if (flowAction !== 'navigate' && flowAction !== 'data_exchange')
      throw invalid(`${path}.flow_action must be navigate or data_exchange.`);
    if (flowAction === 'data_exchange' && parameters.flow_action_payload !== undefined)
      throw invalid(`${path}.flow_action_payload is not allowed with data_exchange.`);
    return [];
  },

  product(action) {
    needText(action, 'catalog_id', 'interactive.action.catalog_id', 200);
    needText(action, 'product_retailer_id', 'interactive.action.product_retailer_id', 200);
    return [];
  },

  product_list(action) {
    needText(action, 'catalog_id', 'interactive.action.catalog_id', 200);
    const path = 'interactive.action.sections';
    const sections = eachObject(needArray(action, 'sections', path, 1, 10), path);
    let items = 0;
    sections.forEach((section, i) => {
      if (sections.length > 1) needText(section, 'title', `${path}[${i}].title`, 24);
      const products = eachObject(
        needArray(section, 'product_items', `${path}[${i}].product_items`, 1, 30),
        `${path}[${i}].product_items`,
      );
      products.forEach((product, j) => {
        needText(
          product,
          'product_retailer_id',
          `${path}[${i}].product_items[${j}].product_retailer_id`,
          200,
        );
      });
      items += products.length;
    });
    if (items > 30) throw invalid(`${path} must have at most 30 products in all, but has ${items}.`);
    return [];
  },

  catalog_message(action) {
    if (needText(action, 'name', 'interactive.action.name', 100) !== 'catalog_message')
      throw invalid('interactive.action.name must be catalog_message.');
    return [];
  },

  location_request_message(action) {
    if (needText(action, 'name', 'interactive.action.name', 100) !== 'send_location')
      throw invalid('interactive.action.name must be send_location.');
    return [];
  },

  address_message(action) {
    needText(named(action, 'address_message'), 'country', 'interactive.action.parameters.country', 2);
    return [];
  },

  /** 2 to 10 cards; every card of the same type. */
  carousel(action) {
    const path = 'interactive.action.cards';
    const cards = eachObject(needArray(action, 'cards', path, 2, 10), path);
    const kinds = new Set<string>();
    const uses: MediaUse[] = [];
    cards.forEach((card, i) => {
      const at = `${path}[${i}]`;
      if (card.card_index !== i) throw invalid(`${at}.card_index must be ${i}.`);
      kinds.add(needText(card, 'type', `${at}.type`, 20));
      const cardAction = needObject(card, 'action', `${at}.action`);
      if (card.type === 'product') {
        needText(cardAction, 'catalog_id', `${at}.action.catalog_id`, 200);
        needText(cardAction, 'product_retailer_id', `${at}.action.product_retailer_id`, 200);
        return;
      }
      const head = needObject(card, 'header', `${at}.header`);
      const kind = needText(head, 'type', `${at}.header.type`, 20);
      if (kind !== 'image' && kind !== 'video') throw invalid(`${at}.header.type must be image or video.`);
      uses.push(checkMedia(head, kind, `${at}.header.${kind}`));
      if (card.body !== undefined)
        needText(needObject(card, 'body', `${at}.body`), 'text', `${at}.body.text`, 160);
      if (cardAction.buttons !== undefined) replies(cardAction, `${at}.action`, 'quick_reply', 2);
      else url(needObject(cardAction, 'parameters', `${at}.action.parameters`), `${at}.action.parameters`);
    });
    if (kinds.size > 1) throw invalid(`${path}[].type must be the same in every card.`);
    return uses;
  },

  call_permission_request(action) {
    if (needText(action, 'name', 'interactive.action.name', 100) !== 'call_permission_request')
      throw invalid('interactive.action.name must be call_permission_request.');
    return [];
  },

  voice_call(action) {
    if (needText(action, 'name', 'interactive.action.name', 100) !== 'voice_call')
      throw invalid('interactive.action.name must be voice_call.');
    if (action.parameters === undefined) return [];
    const parameters = needObject(action, 'parameters', 'interactive.action.parameters');
    optionalText(parameters, 'display_text', 'interactive.action.parameters.display_text', 20);
    const ttl = parameters.ttl_minutes;
    if (ttl !== undefined && !(typeof ttl === 'number' && ttl >= 1 && ttl <= 43200))
      throw invalid('interactive.action.parameters.ttl_minutes must be between 1 and 43200.');
    return [];
  },

  request_contact_info(action) {
    if (needText(action, 'name', 'interactive.action.name', 100) !== 'request_contact_info')
      throw invalid('interactive.action.name must be request_contact_info.');
    return [];
  },

  order_details(action) {
    const parameters = named(action, 'review_and_pay');
    needText(parameters, 'reference_id', 'interactive.action.parameters.reference_id', 60);
    needText(parameters, 'currency', 'interactive.action.parameters.currency', 3);
    needObject(parameters, 'total_amount', 'interactive.action.parameters.total_amount');
    needObject(parameters, 'order', 'interactive.action.parameters.order');
    return [];
  },

  order_status(action) {
    const parameters = named(action, 'review_order');
    needText(parameters, 'reference_id', 'interactive.action.parameters.reference_id', 60);
    needText(
      needObject(parameters, 'order', 'interactive.action.parameters.order'),
      'status',
      'interactive.action.parameters.order.status',
      30,
    );
    return [];
  },
};
