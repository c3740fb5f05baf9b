/**
 * realtime — Phoenix channels over WebSocket, whatever the product.
 *
 * Words: a *connection* is one WebSocket; a *channel* is its membership in one *topic*; a *frame* is one message on the
 * wire; *presence* says who is in a topic; a *fan-out* carries what one process heard to the others; a *seat* is what
 * the product keeps with a channel (who sits there, how far they have heard).
 *
 * Tables: none.
 * States of a channel: joining → joined → left or cut.
 *
 * Always true: the shape of a frame (array or object), not `vsn`, decides how it is answered; nothing of a topic reaches
 * a connection that the product did not let in; a connection that reads too slowly is closed, never waited for; no query
 * string is logged. That clients catch up without gaps is the product's: see modules/feed.
 */
export { type Channel, type Connection, push } from './connection.ts';
export { createLocalFanout, type Fanout } from './fanout.ts';
export { createPgFanout } from './fanout-pg.ts';
export { createRedisFanout } from './fanout-redis.ts';
export { createHub, type Hub, type Joined, type JoinRequest } from './hub.ts';
export { attachSockets } from './upgrade.ts';
