/**
 * feed: what happened, for those who want to hear it: by asking (`GET /v1/events`) or over a socket.
 *
 * Words: a *reader* of this process follows the events of all workspaces by their number, once for all its sockets; a
 * *view* is what somebody may see: members without limits share one, a limited member has one of their own; a *seat* is
 * a channel's place: whose it is, what they may hear, the last number they heard.
 *
 * a *row* is what a client of `postgres_changes` is told instead: what an event is about, in another system's table.
 *
 * Tables: realtime_tickets (events are platform/events').
 * States of a seat: catching up → live → catching up again when its view changes.
 *
 * Always true:
 * - a seat hears each event of its topic that it may see exactly once, in order: live pushes go on from the number it
 *   has, and where that is not the reader's own it reads the stretch between first;
 * - whether somebody limited may see an event is asked of the database, as them;
 * - whoever is lowered, disabled, removed, signed out or whose key is revoked is cut or asked again as soon as the event
 *   that says so is read, on every process;
 * - a ticket lets in once, within 30 seconds.
 */
export { type Realtime, startRealtime } from './realtime.ts';
export { feedRoutes } from './routes.ts';
export { makeTicket } from './tickets.ts';
