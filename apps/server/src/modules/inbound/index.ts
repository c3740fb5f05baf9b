/**
 * inbound — the door that WhatsApp speaks through, and what becomes of its words.
 *
 * Words: a *raw event* is one webhook body as it came, from Meta or YCloud (its *source*); an *item* is one thing it
 * says; an item that cannot be applied is *parked* with its reason and a copy of its body, and may be *replayed*; a
 * *lane* is the share of numbers that one process works at a time; a *shelf* holds in memory what waits of one shard of
 * them, and takes its turns.
 *
 * Tables: raw_events (by day), item_keys, parked, parked_bodies.
 *
 * States of a raw event: stored → processed. Of a parked item: open → resolved.
 *
 * Always true: 200 is answered after the commit and never before; what is not signed by an app of the address is
 * refused, all of it when no secret is configured; an item counts only for a number whose account is bound to the app
 * that signed (an account at YCloud signs for itself); every effect has a key, so a body may come, be worked and be
 * replayed any number of times; an item that cannot be applied stops nobody else.
 */

export { createAcceptor } from './accept.ts';
export { activatedNumbers, replayNumberHandler } from './activated.ts';

export { createDoorKeeper } from './apps.ts';
export { eraseBodies } from './erase.ts';
export { inboundLag } from './look.ts';
export { maintainInbound } from './maintain.ts';
export { inboundOperatorRoutes } from './operator-routes.ts';
export { parkedRoutes } from './parked-routes.ts';
export { startProcessor } from './process.ts';
export { listParked, rawEventsFrom, replay, replayNumber } from './replay.ts';
export { inboundRoutes } from './routes.ts';
export { createYcloudKeeper } from './ycloud.ts';
