/** Files: each is named once, by our id, WhatsApp's id or a link. */
import { z } from 'zod';
import { loose, text, url } from './content-fields.ts';

const mediaFields = (field: string) => ({
  mediaId: text(`${field}.mediaId`, 200)
    .optional()
    .describe('Id of a file uploaded to this installation (POST /v1/media).'),
  id: text(`${field}.id`, 200).optional().describe("WhatsApp's own media id, if the file is already there."),
  link: url(`${field}.link`)
    .optional()
    .describe('Public address WhatsApp fetches the file from and caches for ten minutes.'),
});

const oneSource = (m: { mediaId?: unknown; id?: unknown; link?: unknown }): boolean =>
  [m.mediaId, m.id, m.link].filter((x) => x !== undefined).length === 1;
const sourceMessage = (field: string): string => `${field} needs exactly one of mediaId, id or link`;

const caption = (field: string) => loose(`${field}.caption`, 1024).optional();

export const imageMedia = (field: string) =>
  z.strictObject({ ...mediaFields(field) }).refine(oneSource, { error: sourceMessage(field) });
export const documentMedia = (field: string) =>
  z
    .strictObject({ ...mediaFields(field), filename: loose(`${field}.filename`, 240).optional() })
    .refine(oneSource, { error: sourceMessage(field) });

export const imageContent = z.strictObject({
  type: z.literal('image'),
  image: z
    .strictObject({ ...mediaFields('image'), caption: caption('image') })
    .refine(oneSource, { error: sourceMessage('image') })
    .describe('JPEG or PNG up to 5 MB.'),
});
export const videoContent = z.strictObject({
  type: z.literal('video'),
  video: z
    .strictObject({ ...mediaFields('video'), caption: caption('video') })
    .refine(oneSource, { error: sourceMessage('video') })
    .describe('MP4 or 3GP (H.264, AAC) up to 16 MB.'),
});
export const audioContent = z.strictObject({
  type: z.literal('audio'),
  audio: z
    .strictObject({
      ...mediaFields('audio'),
      voice: z.boolean().optional().describe('Show as a voice note; OGG with OPUS, mono.'),
    })
    .refine(oneSource, { error: sourceMessage('audio') })
    .describe('AAC, AMR, MP3, M4A or OGG (OPUS, mono) up to 16 MB.'),
});
export const documentContent = z.strictObject({
  type: z.literal('document'),
  document: z
    .strictObject({
      ...mediaFields('document'),
      caption: caption('document'),
      filename: loose('document.filename', 240).optional(),
    })
    .refine(oneSource, { error: sourceMessage('document') })
    .describe('Any file up to 100 MB.'),
});
export const stickerContent = z.strictObject({
  type: z.literal('sticker'),
  sticker: z
    .strictObject({ ...mediaFields('sticker') })
    .refine(oneSource, { error: sourceMessage('sticker') })
    .describe('WebP, 100 KB (animated 500 KB).'),
});
