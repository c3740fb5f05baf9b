import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';

/** A state's name for `ETag`, from the time of its last change. */
export function etagOf(updatedAt: Date): string {
  return `"${updatedAt.getTime().toString(36)}"`;
}

/**
 * Two people edit one thing: with `If-Match` a change counts only for the state that its sender saw, else 412
 * `changed_meanwhile`. Without the header the last one wins, as they asked for. Call it with the row locked.
 */
export function guardUnchanged(
  request: Pick<FastifyRequest, 'headers'>,
  what: string,
  updatedAt: Date,
): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted.trim() === '*') return;
  const current = etagOf(updatedAt);
  const seen = wanted.split(',').map((tag) => tag.trim());
  if (!seen.includes(current)) throw errors.changedMeanwhile(what, { updatedAt: updatedAt.toISOString() });
}
