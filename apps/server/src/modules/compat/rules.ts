/** S3's spellings and ours. Pure. */
import { z } from 'zod';
import { AppError, errors } from '../../platform/errors.ts';

/** `1234567890@c.us`, `+1234567890` or digits, as digits. */
export function phoneOf(to: string): string {
  if (/@g\.us$/i.test(to)) {
    throw new AppError(
      'groups_not_supported',
      422,
      'Messages to groups (…@g.us) are not sent. Send to a person: 1234567890@c.us or +1234567890.',
    );
  }
  const phone = to.replace(/@(c\.us|s\.whatsapp\.net)$/i, '').replace(/[\s().-]/g, '');
  if (!/^\+?\d{5,15}$/.test(phone)) {
    throw errors.invalidRequest([
      {
        path: 'to',
        message: 'A phone number with its country code: 1234567890@c.us, +1234567890 or digits.',
      },
    ]);
  }
  return phone.replace('+', '');
}

/** Where a file lies in S3's private bucket `media`: the id is its name. */
export const pathOf = (id: string) => `media/${id}`;

/** The file that a path of S3's names: `media/<id>`, or the id alone. */
export function fileAt(path: string): string {
  const id = /^\/?(?:media\/)?([0-9a-f-]{36})$/i.exec(path)?.[1];
  if (!id || !z.uuid().safeParse(id).success) throw errors.notFound('file', { path });
  return id.toLowerCase();
}
