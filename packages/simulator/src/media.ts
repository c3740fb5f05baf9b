/**
 * Files: upload, look-up, expiring download URL.
 * Source: Meta "Media": uploads live 30 days, ids received by webhook 7 days, URLs 5 minutes and need the token.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { invalid } from './checks.ts';
import { GraphError } from './errors.ts';
import { asObject, asString, type JsonObject } from './json.ts';
import { packMedium } from './keep.ts';
import {
  bareType,
  isAnimated,
  KINDS,
  kindOf,
  MEDIA,
  type MediaKind,
  type MediaUse,
  sniff,
} from './media-rules.ts';
import type { Medium, Num, Token, World } from './world.ts';

const DAY = 24 * 3600_000;
const URL_MS = 5 * 60_000;

export interface Upload {
  bytes: Buffer;
  mimeType: string;
  filename: string | null;
}

/** Keeps a file that was uploaded for a number, after Meta's checks. */
export function uploadMedia(world: World, number: Num, upload: Upload): Medium {
  const kind = kindOf(upload.mimeType);
  if (!kind) {
    const all = KINDS.flatMap((name) => MEDIA[name].types).join(', ');
    throw new GraphError(100, undefined, {
      title: `(#100) Param file must be a file with one of the following types: ${all}. Received file of type '${upload.mimeType}'.`,
    });
  }
  const why = unfit(kind, upload);
  if (why) throw new GraphError(131053, why);
  return keepMedia(world, upload, 30 * DAY, [number.id]);
}

/** Keeps a file on a person's phone, that they may send: ids from webhooks live 7 days. */
export function personMedia(world: World, upload: Upload): Medium {
  return keepMedia(world, upload, 7 * DAY, []);
}

function keepMedia(world: World, upload: Upload, lives: number, numberIds: string[]): Medium {
  const medium: Medium = {
    id: world.ids.object('media'),
    ...upload,
    numberIds,
    expiresAt: world.clock.now() + lives,
  };
  world.media.set(medium.id, medium);
  world.journal?.keepMedia(medium.id, medium.bytes);
  world.journal?.add(['medium', packMedium(medium)]);
  return medium;
}

/** A person's message brings its file to a number. */
export function shareMedia(world: World, number: Num, message: JsonObject): void {
  const medium = findMedia(world, asString(asObject(message[String(message.type)]).id) ?? '');
  if (!medium || medium.numberIds.includes(number.id)) return;
  medium.numberIds.push(number.id);
  world.journal?.add(['medium', packMedium(medium)]);
}

const accountsOf = (world: World, medium: Medium): string[] =>
  medium.numberIds.flatMap((id) => world.numbers.get(id)?.accountId ?? []);

/** Of an account that this token may act on. */
export function seenBy(world: World, medium: Medium, { accountIds }: Token): boolean {
  return accountsOf(world, medium).some((id) => accountIds.has(id));
}

export function dropMedia(world: World, id: string): void {
  world.media.delete(id);
  world.journal?.add(['no-medium', id]);
  world.journal?.dropMedia(id);
}

export function findMedia(world: World, id: string): Medium | undefined {
  const medium = world.media.get(id);
  if (!medium) return undefined;
  if (medium.expiresAt > world.clock.now()) return medium;
  dropMedia(world, id);
  return undefined;
}

/** Why this file cannot be sent as that kind, or null. */
export function unfit(kind: MediaKind, file: { bytes: Buffer; mimeType: string }): string | null {
  const type = bareType(file.mimeType);
  if (kind !== 'document' && !MEDIA[kind].types.includes(type))
    return `Unsupported ${kind} mime type ${type}. Please use one of ${MEDIA[kind].types.join(', ')}.`;
  const max = kind === 'sticker' && !isAnimated(file.bytes) ? 100 * 1024 : MEDIA[kind].max;
  if (file.bytes.length > max)
    return `Media file size too big. Max file size we currently support: ${max} bytes. Received ${file.bytes.length}.`;
  if (file.bytes.length === 0) return 'The media file is empty.';
  const seen = sniff(file.bytes);
  if (seen && kind !== 'document' && seen !== type)
    return `Media file was declared as ${type} but its content is ${seen}.`;
  return null;
}

/** The ids must exist when the message is sent (100); whether they fit shows later, as a `failed` status. */
export function resolveUses(world: World, number: Num, uses: readonly MediaUse[]): string | null {
  for (const use of uses) {
    if (use.id === null) continue;
    const medium = findMedia(world, use.id);
    if (!medium || !accountsOf(world, medium).includes(number.accountId))
      throw invalid(`Param ${use.path}.id is not a valid whatsapp business account media attachment ID.`);
    const why = unfit(use.kind, medium);
    if (why) return why;
  }
  return null;
}

export function sha256(medium: Medium, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(medium.bytes).digest(encoding);
}

function sign(world: World, id: string, expires: string): string {
  return createHmac('sha256', `lookaside/${world.seed}`).update(`${id}/${expires}`).digest('base64url');
}

/** A download URL, good for 5 minutes from now. */
export function mediaUrl(world: World, id: string, source: 'api' | 'webhook'): string {
  const expires = String(Math.floor((world.clock.now() + URL_MS) / 1000));
  const from = source === 'webhook' ? '&source=webhook' : '';
  return `${world.url}/_lookaside/whatsapp_business/attachments/?mid=${id}${from}&ext=${expires}&hash=${sign(world, id, expires)}`;
}

/** The file behind a download URL; undefined when the URL is forged, expired, or the file is gone. */
export function openMediaUrl(world: World, query: URLSearchParams): Medium | undefined {
  const id = query.get('mid') ?? '';
  const expires = query.get('ext') ?? '';
  const given = Buffer.from(query.get('hash') ?? '');
  const real = Buffer.from(sign(world, id, expires));
  if (given.length !== real.length || !timingSafeEqual(given, real)) return undefined;
  if (Number(expires) * 1000 <= world.clock.now()) return undefined;
  return findMedia(world, id);
}

/** GET /{media_id}. sha256 is hex here, base64 in webhooks. */
export function presentMedia(world: World, medium: Medium): JsonObject {
  return {
    messaging_product: 'whatsapp',
    url: mediaUrl(world, medium.id, 'api'),
    mime_type: medium.mimeType,
    sha256: sha256(medium, 'hex'),
    file_size: medium.bytes.length,
    id: medium.id,
  };
}

export interface Part {
  name: string;
  filename: string | null;
  contentType: string | null;
  bytes: Buffer;
}

/** multipart/form-data, in memory: files here are at most 100 MB and this is no public server. */
export function parseMultipart(body: Buffer, contentType: string): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  if (!boundary) return [];
  const mark = Buffer.from(`--${boundary[1] ?? boundary[2]}`);
  const parts: Part[] = [];
  for (let start = body.indexOf(mark); start >= 0; ) {
    const next = body.indexOf(mark, start + mark.length);
    if (next < 0) break;
    const part = body.subarray(start + mark.length + 2, next - 2);
    start = next;
    const split = part.indexOf('\r\n\r\n');
    if (split < 0) continue;
    const head = part.subarray(0, split).toString('utf8');
    const name = /name="([^"]*)"/i.exec(head)?.[1];
    if (name === undefined) continue;
    parts.push({
      name,
      filename: /filename="([^"]*)"/i.exec(head)?.[1] ?? null,
      contentType: /^content-type:\s*(.+)$/im.exec(head)?.[1]?.trim() ?? null,
      bytes: Buffer.from(part.subarray(split + 4)),
    });
  }
  return parts;
}
