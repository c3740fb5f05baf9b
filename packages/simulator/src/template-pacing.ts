/** Template pacing: a send that WhatsApp holds until it has seen how people take the first ones. */
import type { GraphCode } from './errors.ts';
import type { World } from './world.ts';

export interface Hold {
  /** Until it is let go, or dropped. */
  ms: number;
  failure: [GraphCode, string] | null;
}

/** Whether the next send of a template is held; null = it goes at once. */
export function holdFor(world: World, numberId: string): Hold | null {
  const dropped = world.faults.strike('template_batch_dropped', numberId);
  if (dropped)
    return {
      ms: dropped.ms,
      failure: [132015, 'Template is paused due to low quality so it cannot be sent in a template message.'],
    };
  const held = world.faults.strike('template_held', numberId);
  return held ? { ms: held.ms, failure: null } : null;
}
