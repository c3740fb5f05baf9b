/** Places and people as one sends them: a location, contact cards. */
import { z } from 'zod';
import { list, loose, text } from './content-fields.ts';

const coordinate = (field: string, limit: number) =>
  z
    .number({ error: () => `${field} must be a number` })
    .min(-limit, { error: () => `${field} must lie between -${limit} and ${limit}` })
    .max(limit, { error: () => `${field} must lie between -${limit} and ${limit}` });

export const locationFields = (field: string) => ({
  latitude: coordinate(`${field}.latitude`, 90),
  longitude: coordinate(`${field}.longitude`, 180),
  name: loose(`${field}.name`, 1000).optional(),
  address: loose(`${field}.address`, 1000).optional(),
});
export const locationContent = z.strictObject({
  type: z.literal('location'),
  location: z.strictObject(locationFields('location')),
});

const short = (field: string) => loose(`contacts.${field}`, 1000).optional();
const contactCard = z.strictObject({
  name: z
    .strictObject({
      formattedName: text('contacts.name.formattedName', 1000),
      firstName: short('name.firstName'),
      lastName: short('name.lastName'),
      middleName: short('name.middleName'),
      prefix: short('name.prefix'),
      suffix: short('name.suffix'),
    })
    .refine((n) => Boolean(n.firstName || n.lastName || n.middleName || n.prefix || n.suffix), {
      error: 'contacts.name needs formattedName and at least one other part, for example firstName',
    }),
  phones: z
    .array(
      z.strictObject({
        phone: short('phones.phone'),
        type: short('phones.type'),
        waId: short('phones.waId'),
      }),
    )
    .optional(),
  emails: z.array(z.strictObject({ email: short('emails.email'), type: short('emails.type') })).optional(),
  addresses: z
    .array(
      z.strictObject({
        street: short('addresses.street'),
        city: short('addresses.city'),
        state: short('addresses.state'),
        zip: short('addresses.zip'),
        country: short('addresses.country'),
        countryCode: short('addresses.countryCode'),
        type: short('addresses.type'),
      }),
    )
    .optional(),
  org: z
    .strictObject({
      company: short('org.company'),
      department: short('org.department'),
      title: short('org.title'),
    })
    .optional(),
  urls: z.array(z.strictObject({ url: short('urls.url'), type: short('urls.type') })).optional(),
  birthday: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'contacts.birthday must look like 1999-01-23' })
    .optional(),
});
export const contactsContent = z.strictObject({
  type: z.literal('contacts'),
  // WhatsApp documents a ceiling of 257 cards per message.
  contacts: list('contacts', contactCard, 1, 257),
});
