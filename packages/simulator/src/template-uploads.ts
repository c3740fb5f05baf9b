/**
 * Samples of templates and pictures of profiles: a session for a file, its bytes, and the handle that names it.
 * Source: Meta "Resumable Upload API": `POST /{app}/uploads`, `POST|GET /upload:…`, header `file_offset`.
 */
import { GraphError } from './errors.ts';
import { type GraphCall, json, methodError } from './graph-call.ts';
import { readBody, sendJson } from './http.ts';
import type { World } from './world.ts';

interface Session {
  length: number;
  type: string;
  offset: number;
}

const sessions = new WeakMap<World, Map<string, Session>>();

const TYPES = /^(image\/(jpe?g|png)|video\/mp4|application\/pdf)$/;

/** `POST /{app}/uploads?file_name=&file_length=&file_type=` */
export async function openUpload(call: GraphCall): Promise<void> {
  if (call.method !== 'POST') throw methodError(call, 'uploads');
  const body = await json(call);
  const length = Number(body.file_length);
  const type = String(body.file_type ?? '');
  if (!Number.isInteger(length) || length <= 0)
    throw new GraphError(100, undefined, { title: '(#100) The parameter file_length is required.' });
  if (!TYPES.test(type))
    throw new GraphError(100, undefined, {
      title:
        '(#100) Param file_type must be one of {application/pdf, image/jpeg, image/jpg, image/png, video/mp4}.',
    });
  const all = sessions.get(call.world) ?? new Map<string, Session>();
  sessions.set(call.world, all);
  const id = `upload:${Buffer.from(call.world.ids.object('upload')).toString('base64url')}`;
  all.set(id, { length, type, offset: 0 });
  sendJson(call.res, 200, { id });
}

/** `POST /upload:…` with the bytes from `file_offset` on; `GET` tells how far it came. */
export async function uploadNode(call: GraphCall, id: string): Promise<void> {
  const session = sessions.get(call.world)?.get(id);
  if (!session) throw new GraphError(100, undefined, { title: '(#100) The upload session is unknown.' });
  if (call.method === 'GET') return sendJson(call.res, 200, { id, file_offset: session.offset });
  if (call.method !== 'POST') throw methodError(call, '');
  const from = Number(call.req.headers.file_offset ?? 0);
  if (from !== session.offset)
    throw new GraphError(100, undefined, { title: `(#100) file_offset must be ${session.offset}.` });
  session.offset += (await readBody(call.req)).length;
  if (session.offset > session.length)
    throw new GraphError(100, undefined, { title: '(#100) More bytes than file_length said.' });
  if (session.offset < session.length) return sendJson(call.res, 200, { id, file_offset: session.offset });
  const kind = Buffer.from(session.type).toString('base64');
  sendJson(call.res, 200, { h: `4::${kind}:${id.slice('upload:'.length)}` });
}

/** The type of a file that was uploaded whole; null: no such handle. */
export function typeOfHandle(world: World, handle: string): string | null {
  const [, , , id] = handle.split(':');
  const session = sessions.get(world)?.get(`upload:${id}`);
  return session && session.offset === session.length ? session.type : null;
}
