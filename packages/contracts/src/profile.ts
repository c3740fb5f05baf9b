/** What people see of a business in WhatsApp, with WhatsApp's own limits. */
import { z } from 'zod';

/** WhatsApp's words for what a business does. */
export const profileVerticals = [
  'UNDEFINED',
  'OTHER',
  'AUTO',
  'BEAUTY',
  'APPAREL',
  'EDU',
  'ENTERTAIN',
  'EVENT_PLAN',
  'FINANCE',
  'GROCERY',
  'GOVT',
  'HOTEL',
  'HEALTH',
  'NONPROFIT',
  'PROF_SERVICES',
  'RETAIL',
  'TRAVEL',
  'RESTAURANT',
  'ALCOHOL',
  'ONLINE_GAMBLING',
  'PHYSICAL_GAMBLING',
  'OTC_DRUGS',
  'MATRIMONY_SERVICE',
] as const;

/** Characters; the picture in bytes. */
export const profileLimits = {
  about: 139,
  address: 256,
  description: 512,
  email: 128,
  website: 256,
  websites: 2,
  picture: 5_000_000,
} as const;

const website = z
  .string()
  .trim()
  .max(profileLimits.website)
  .regex(/^https?:\/\/\S+\.\S+$/i, { error: 'An address begins with https:// or http://.' });

export const profileChange = z
  .strictObject({
    about: z
      .string()
      .trim()
      .min(1)
      .max(profileLimits.about)
      .describe('The line below the name; never empty.'),
    address: z.string().trim().max(profileLimits.address),
    description: z.string().trim().max(profileLimits.description),
    email: z.union([z.literal(''), z.email().max(profileLimits.email)]),
    websites: z.array(website).max(profileLimits.websites),
    vertical: z.enum(profileVerticals),
  })
  .partial();

export type ProfileChange = z.infer<typeof profileChange>;

/** A profile as it is; '' and [] where nothing was said. */
export interface BusinessProfile {
  about: string;
  address: string;
  description: string;
  email: string;
  websites: string[];
  /** WhatsApp may know words that this list does not. */
  vertical: string;
  pictureUrl: string | null;
}
