/**
 * Products, catalogues, orders. Source: Meta "Sell products", "Payments API" (India, Brazil): only what both countries
 * share is looked at.
 */
import {
  eachObject,
  invalid,
  needArray,
  needChoice,
  needInteger,
  needObject,
  needText,
  optionalObject,
  optionalText,
  optionalWord,
} from './checks.ts';
import { ACTION, type ActionCheck, named, needName, PARAMETERS } from './interactive-parts.ts';
import type { JsonObject } from './json.ts';

/** At most 30 products over all sections; sections need titles when there are several. */
export function checkSections(parent: JsonObject, path: string): void {
  const sections = eachObject(needArray(parent, 'sections', path, 1, 10), path);
  let items = 0;
  sections.forEach((section, i) => {
    if (sections.length > 1) needText(section, 'title', `${path}[${i}].title`, 24);
    else optionalText(section, 'title', `${path}[${i}].title`, 24);
    const at = `${path}[${i}].product_items`;
    const products = eachObject(needArray(section, 'product_items', at, 1, 30), at);
    products.forEach((product, j) => {
      needText(product, 'product_retailer_id', `${at}[${j}].product_retailer_id`, 1000);
    });
    items += products.length;
  });
  if (items > 30) throw invalid(`${path} must have at most 30 products in all, but has ${items}.`);
}

export function thumbnail(parent: JsonObject, path: string): void {
  optionalWord(parent, 'thumbnail_product_retailer_id', `${path}.thumbnail_product_retailer_id`, 1000);
}

function amount(parent: JsonObject, key: string, path: string): void {
  const value = needObject(parent, key, path);
  needInteger(value, 'value', `${path}.value`);
  needInteger(value, 'offset', `${path}.offset`);
}

const STATES = [
  'pending',
  'processing',
  'partially_shipped',
  'partially-shipped',
  'shipped',
  'completed',
  'canceled',
];

export const COMMERCE: Record<string, ActionCheck> = {
  product(action) {
    needText(action, 'catalog_id', `${ACTION}.catalog_id`, 200);
    needText(action, 'product_retailer_id', `${ACTION}.product_retailer_id`, 1000);
    return [];
  },

  product_list(action) {
    needText(action, 'catalog_id', `${ACTION}.catalog_id`, 200);
    checkSections(action, `${ACTION}.sections`);
    return [];
  },

  catalog_message(action) {
    needName(action, 'catalog_message');
    thumbnail(optionalObject(action, 'parameters', PARAMETERS) ?? {}, PARAMETERS);
    return [];
  },

  order_details(action) {
    const parameters = named(action, 'review_and_pay');
    needText(parameters, 'reference_id', `${PARAMETERS}.reference_id`, 60);
    needChoice(parameters, 'type', `${PARAMETERS}.type`, ['digital-goods', 'physical-goods']);
    optionalWord(parameters, 'payment_type', `${PARAMETERS}.payment_type`, 60);
    needText(parameters, 'currency', `${PARAMETERS}.currency`, 3);
    amount(parameters, 'total_amount', `${PARAMETERS}.total_amount`);
    const at = `${PARAMETERS}.order`;
    const order = needObject(parameters, 'order', at);
    needText(order, 'status', `${at}.status`, 30);
    amount(order, 'subtotal', `${at}.subtotal`);
    eachObject(needArray(order, 'items', `${at}.items`, 1, 999), `${at}.items`).forEach((item, i) => {
      optionalWord(item, 'retailer_id', `${at}.items[${i}].retailer_id`, 1000);
      needText(item, 'name', `${at}.items[${i}].name`, 60);
      amount(item, 'amount', `${at}.items[${i}].amount`);
      if (needInteger(item, 'quantity', `${at}.items[${i}].quantity`) < 1)
        throw invalid(`${at}.items[${i}].quantity must be at least 1.`);
    });
    return [];
  },

  order_status(action) {
    const parameters = named(action, 'review_order');
    needText(parameters, 'reference_id', `${PARAMETERS}.reference_id`, 60);
    const order = needObject(parameters, 'order', `${PARAMETERS}.order`);
    needChoice(order, 'status', `${PARAMETERS}.order.status`, STATES);
    optionalText(order, 'description', `${PARAMETERS}.order.description`, 120);
    return [];
  },
};
