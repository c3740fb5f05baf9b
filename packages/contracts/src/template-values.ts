/** What a person or a cell of a list writes for a blank of a template, read as what a send takes. Pure. */
import type { TemplateSlot, TemplateValue } from './template-variables.ts';
import { instantOf } from './zone.ts';

/** WhatsApp's limits for one value; a longer one is refused with the whole message. */
const longest: Partial<Record<TemplateSlot['kind'], number>> = {
  image: 2_000,
  video: 2_000,
  document: 2_000,
  url: 2_000,
  coupon_code: 20,
  code: 15,
  payload: 256,
};

const mediaId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The value that a text stands for, or null where it stands for none of this kind:
 *
 *   image, video, document  an address (https://…) or the id of a file
 *   location                -34.6037, -58.3816, Café Tortoni, Av. de Mayo 825
 *   product                 catalogue/product: 194836987003835/coat-9
 *   products                coat-9, hat-2 · in sections: Coats: coat-9, coat-7; Hats: hat-2
 *   time                    2026-12-24 18:00 on a clock in the zone · 2026-12-24 is its whole day ·
 *                           2026-12-24T18:00:00Z · milliseconds since 1970
 */
export function readTemplateValue(
  kind: TemplateSlot['kind'],
  text: string,
  zone = 'UTC',
): TemplateValue | null {
  if (text === '' || text.length > (longest[kind] ?? Number.POSITIVE_INFINITY)) return null;
  switch (kind) {
    case 'image':
    case 'video':
    case 'document':
      return mediaId.test(text) || (/^https?:\/\//i.test(text) && URL.canParse(text)) ? text : null;
    case 'location':
      return placeOf(text);
    case 'product': {
      const [, catalogId, productRetailerId] = /^(\d{1,200})\s*[/:]\s*(\S.{0,199})$/.exec(text) ?? [];
      return catalogId && productRetailerId ? { productRetailerId, catalogId } : null;
    }
    case 'products':
      return productsOf(text);
    case 'time':
      return timeOf(text, zone);
    default:
      return text;
  }
}

function placeOf(text: string): TemplateValue | null {
  const [north = '', east = '', name = '', ...address] = text.split(',').map((one) => one.trim());
  const [latitude, longitude] = [Number(north), Number(east)];
  if (north === '' || east === '' || !(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180))
    return null;
  const named = Object.entries({ name, address: address.join(', ') }).filter(([, words]) => words !== '');
  if (named.some(([, words]) => words.length > 1_000)) return null;
  return { latitude, longitude, ...Object.fromEntries(named) };
}

/** WhatsApp takes 30 products in 10 sections; of several each has a title. */
function productsOf(text: string): TemplateValue | null {
  const sections = text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const at = part.indexOf(':');
      const title = part.slice(0, Math.max(0, at)).trim();
      const ids = part.slice(at + 1).split(',');
      return {
        ...(title === '' ? {} : { title }),
        productItems: ids.flatMap((id) => (id.trim() === '' ? [] : [{ productRetailerId: id.trim() }])),
      };
    });
  const items = sections.flatMap(({ productItems }) => productItems);
  const fits =
    sections.length <= 10 &&
    items.length <= 30 &&
    items.every(({ productRetailerId }) => productRetailerId.length <= 200) &&
    sections.every(
      ({ title = '', productItems }) =>
        productItems.length > 0 && title.length <= 24 && (title !== '' || sections.length === 1),
    );
  const [first] = items;
  // The picture above the text: WhatsApp wants to know of which product.
  return first && fits ? { thumbnailProductRetailerId: first.productRetailerId, sections } : null;
}

const wallTime = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?$/;
const dayMs = 86_400_000;

function timeOf(text: string, zone: string): number | null {
  if (/^\d{12,14}$/.test(text)) return Number(text);
  const [, date, time] = wallTime.exec(text) ?? [];
  if (date === undefined) {
    const at = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? null : at;
  }
  const wall = Date.parse(`${date}T${time ?? '00:00'}Z`);
  // 30 February rolls over into March.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(date)) return null;
  return instantOf(time === undefined ? wall + dayMs : wall, zone);
}
