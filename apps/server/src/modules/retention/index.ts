/**
 * retention — what was said long ago goes. A door: it asks each module to delete its own.
 *
 * Words: a workspace *keeps* messages and files for so many months; the installation may say how many at most
 * (RETENTION_MAX_MONTHS), which holds where a workspace says more or nothing; a *sweep* deletes what is older, each night.
 * Raw bodies belong to no workspace (one may speak of several): the installation keeps them for RAW_EVENT_DAYS.
 *
 * Tables: none.
 *
 * Always true: deletion goes in batches of their own transactions, so that nobody waits for it and a killed sweep goes on
 * where it was; what somebody still has to do something about stays; contacts, notes and counts stay; how much went is
 * one line of the audit.
 */
export { type RetentionRoutesDeps, retentionRoutes } from './routes.ts';
export { sweepCron, sweepHandler } from './sweep.ts';
