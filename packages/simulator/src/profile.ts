/** A number's profile, refused as WhatsApp refuses it (Meta, "Business profiles", 2026). */
import { GraphError } from './errors.ts';
import { asArray, asString, type JsonObject } from './json.ts';
import { typeOfHandle } from './template-uploads.ts';
import type { World } from './world.ts';

const LIMITS: Readonly<Record<string, number>> = { about: 139, address: 256, description: 512, email: 128 };
const VERTICALS = new Set(
  (
    'UNDEFINED OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH NONPROFIT ' +
    'PROF_SERVICES RETAIL TRAVEL RESTAURANT ALCOHOL ONLINE_GAMBLING PHYSICAL_GAMBLING OTC_DRUGS MATRIMONY_SERVICE'
  ).split(' '),
);

/** What of a request goes into the profile. */
export function checkedProfile(world: World, body: JsonObject): JsonObject {
  if (body.messaging_product !== 'whatsapp') throw refused('The parameter messaging_product is required.');
  for (const [key, max] of Object.entries(LIMITS)) {
    const value = body[key];
    if (value !== undefined && (typeof value !== 'string' || value.length > max))
      throw refused(`Param ${key} must be at most ${max} characters long.`);
  }
  if (body.about === '') throw refused('Param about must not be empty.');
  const email = asString(body.email) ?? '';
  if (email !== '' && !/^\S+@\S+\.\S+$/.test(email))
    throw refused('Param email must be a valid email address.');
  const websites = asArray(body.websites);
  if (websites.length > 2) throw refused('Param websites must have at most 2 elements.');
  for (const one of websites)
    if (!/^https?:\/\/\S+\.\S+$/i.test(asString(one) ?? '') || String(one).length > 256)
      throw refused(
        'Param websites must hold addresses of at most 256 characters that begin with http(s)://.',
      );
  if (body.vertical !== undefined && !VERTICALS.has(asString(body.vertical) ?? ''))
    throw refused(`Param vertical must be one of {${[...VERTICALS].join(', ')}}.`);
  const { messaging_product: _product, profile_picture_handle: picture, ...fields } = body;
  if (picture === undefined) return fields;
  const type = typeOfHandle(world, asString(picture) ?? '');
  if (type === null || !/^image\/(jpe?g|png)$/.test(type))
    throw refused('Param profile_picture_handle must be the handle of an uploaded JPEG or PNG.');
  return {
    ...fields,
    profile_picture_url: `https://pps.whatsapp.net/v/${Buffer.from(String(picture)).toString('base64url').slice(-24)}.jpg`,
  };
}

const refused = (title: string) => new GraphError(100, undefined, { title: `(#100) ${title}` });
