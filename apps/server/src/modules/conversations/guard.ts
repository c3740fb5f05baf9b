import { errors } from '../../platform/errors.ts';

/** Two people edit one thing: whoever read an older state is told so instead of overwriting the newer. */
export function refuseOlder(what: string, current: Date, seen: string | undefined): void {
  if (seen !== undefined && new Date(seen).getTime() !== current.getTime()) {
    throw errors.changedMeanwhile(what, { updatedAt: current.toISOString() });
  }
}
