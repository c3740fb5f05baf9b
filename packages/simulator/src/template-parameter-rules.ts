/**
 * The values that a template send carries, each by its own shape; templates.ts holds them against the template.
 * Source: Meta "Send a template": parameter objects, button components; kinds and places come in any case.
 */
import {
  checkPlace,
  eachObject,
  invalid,
  missing,
  needArray,
  needInteger,
  needObject,
  needText,
  optionalObject,
  optionalObjects,
  optionalWord,
  unique,
} from './checks.ts';
import { checkSections, thumbnail } from './commerce-rules.ts';
import { GraphError } from './errors.ts';
import { asString, type JsonObject } from './json.ts';

const VALUES = ['text', 'currency', 'date_time'];
const TAKES: Record<string, readonly string[]> = {
  header: [...VALUES, 'image', 'video', 'document', 'gif', 'location', 'product'],
  body: VALUES,
  limited_time_offer: ['limited_time_offer'],
  quick_reply: ['payload'],
  url: ['text'],
  copy_code: ['coupon_code'],
  flow: ['action'],
  catalog: ['action'],
  mpm: ['action'],
  voice_call: ['ttl_minutes'],
};

/** What may be named without a value; everything else is named only to give it one. */
const BARE = new Set(['flow', 'catalog', 'voice_call']);

/** Throws at the first value that WhatsApp would not read. */
export function checkParameters(parent: JsonObject, path: string): void {
  const components = optionalObjects(parent, 'components', path);
  const kinds = components.map((component, i) => checkComponent(component, `${path}[${i}]`));
  unique(
    kinds.filter((kind) => kind !== 'button'),
    `${path}[].type`,
  );
}

function checkComponent(component: JsonObject, at: string): string {
  const kind = needText(component, 'type', `${at}.type`, 50).toLowerCase();
  if (kind === 'carousel') checkCards(component, at);
  else checkValues(component, kind === 'button' ? buttonKind(component, at) : kind, at);
  return kind;
}

function checkCards(component: JsonObject, at: string): void {
  const cards = eachObject(needArray(component, 'cards', `${at}.cards`, 1, 10), `${at}.cards`);
  cards.forEach((card, i) => {
    const index = needInteger(card, 'card_index', `${at}.cards[${i}].card_index`);
    if (index < 0 || index > 9) throw invalid(`${at}.cards[${i}].card_index must be between 0 and 9.`);
    needArray(card, 'components', `${at}.cards[${i}].components`, 0, 10);
    checkParameters(card, `${at}.cards[${i}].components`);
  });
  unique(
    cards.map((card) => String(card.card_index)),
    `${at}.cards[].card_index`,
  );
}

function buttonKind(component: JsonObject, at: string): string {
  const index = component.index;
  if (index === undefined || index === null || index === '') throw missing(`${at}.index`);
  if (!/^\d$/.test(String(index))) throw invalid(`${at}.index must be between 0 and 9.`);
  return needText(component, 'sub_type', `${at}.sub_type`, 50).toLowerCase();
}

/** Every kind but the body takes one value. Of a kind that is not here templates.ts says that the template has none. */
function checkValues(component: JsonObject, kind: string, at: string): void {
  const takes = TAKES[kind];
  const values = optionalObjects(component, 'parameters', `${at}.parameters`);
  if (takes === undefined) return;
  const bare = component.parameters === undefined && BARE.has(kind);
  if (kind !== 'body' && values.length === 0 && !bare) throw missing(`${at}.parameters`);
  if (kind !== 'body' && values.length > 1)
    throw new GraphError(
      132000,
      `${kind}: number of localizable_params (${values.length}) does not match the expected number of params (1)`,
    );
  values.forEach((value, i) => {
    const type = (asString(value.type) ?? '').toLowerCase();
    if (!takes.includes(type))
      throw new GraphError(
        132012,
        `${kind}: Format mismatch, expected ${takes.join(', ')}, received ${type || 'UNKNOWN'}`,
      );
    checkValue(value, type, kind, `${at}.parameters[${i}]`);
    if (type === 'action')
      checkAction(needObject(value, 'action', `${at}.parameters[${i}].action`), kind, at);
  });
}

function checkValue(value: JsonObject, type: string, kind: string, at: string): void {
  if (type === 'text') needText(value, 'text', `${at}.text`, kind === 'url' ? 2000 : 32768);
  else if (type === 'payload') needText(value, 'payload', `${at}.payload`, 256);
  else if (type === 'coupon_code') needText(value, 'coupon_code', `${at}.coupon_code`, 20);
  else if (type === 'ttl_minutes') needInteger(value, 'ttl_minutes', `${at}.ttl_minutes`);
  else if (type === 'location') checkPlace(needObject(value, 'location', `${at}.location`), `${at}.location`);
  else if (type === 'limited_time_offer') {
    const offer = needObject(value, type, `${at}.${type}`);
    if (needInteger(offer, 'expiration_time_ms', `${at}.${type}.expiration_time_ms`) <= 0)
      throw invalid(`${at}.${type}.expiration_time_ms must be a time.`);
  } else if (type === 'currency') {
    const currency = needObject(value, 'currency', `${at}.currency`);
    needText(currency, 'fallback_value', `${at}.currency.fallback_value`, 1000);
    needText(currency, 'code', `${at}.currency.code`, 3);
    needInteger(currency, 'amount_1000', `${at}.currency.amount_1000`);
  } else if (type === 'date_time')
    needText(
      needObject(value, 'date_time', `${at}.date_time`),
      'fallback_value',
      `${at}.date_time.fallback_value`,
      1000,
    );
  else if (type === 'product') {
    const product = needObject(value, 'product', `${at}.product`);
    needText(product, 'product_retailer_id', `${at}.product.product_retailer_id`, 1000);
    needText(product, 'catalog_id', `${at}.product.catalog_id`, 200);
  }
}

function checkAction(action: JsonObject, kind: string, at: string): void {
  optionalWord(action, 'flow_token', `${at}.flow_token`, 1000);
  optionalObject(action, 'flow_action_data', `${at}.flow_action_data`);
  thumbnail(action, at);
  if (kind === 'mpm') checkSections(action, `${at}.sections`);
}
