/** Cards beside each other. Source: Meta "Interactive media carousel messages", "Interactive product carousel". */
import { eachObject, invalid, needArray, needObject, needText, unique } from './checks.ts';
import { ACTION, link, replies } from './interactive-parts.ts';
import type { JsonObject } from './json.ts';
import { checkMedia, type MediaUse } from './media-rules.ts';

/** 2 to 10 cards, alike: one kind, one kind of header, as many buttons. */
export function carousel(action: JsonObject): MediaUse[] {
  const path = `${ACTION}.cards`;
  const cards = eachObject(needArray(action, 'cards', path, 2, 10), path);
  const uses: MediaUse[] = [];
  const kinds = new Set(cards.map((card, i) => checkCard(card, `${path}[${i}]`, uses)));
  unique(
    cards.map((card) => String(card.card_index)),
    `${path}[].card_index`,
  );
  if (kinds.size > 1)
    throw invalid(`${path}[] must have the same type, header type and number of buttons in every card.`);
  return uses;
}

/** What it must have in common with the others. */
function checkCard(card: JsonObject, at: string, uses: MediaUse[]): string {
  const index = card.card_index;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index > 9)
    throw invalid(`${at}.card_index must be a number from 0 to 9.`);
  const type = needText(card, 'type', `${at}.type`, 20);
  const action = needObject(card, 'action', `${at}.action`);
  if (type === 'product') {
    needText(action, 'catalog_id', `${at}.action.catalog_id`, 200);
    needText(action, 'product_retailer_id', `${at}.action.product_retailer_id`, 1000);
    return type;
  }
  if (type !== 'cta_url') throw invalid(`${at}.type must be one of {cta_url, product}.`);
  const head = needObject(card, 'header', `${at}.header`);
  const kind = needText(head, 'type', `${at}.header.type`, 20);
  if (kind !== 'image' && kind !== 'video') throw invalid(`${at}.header.type must be image or video.`);
  uses.push(checkMedia(head, kind, `${at}.header.${kind}`));
  if (card.body !== undefined)
    needText(needObject(card, 'body', `${at}.body`), 'text', `${at}.body.text`, 160);
  if (action.buttons !== undefined) return `${kind} ${replies(action, `${at}.action`, 'quick_reply', 2)}`;
  link(action, `${at}.action`);
  return kind;
}
