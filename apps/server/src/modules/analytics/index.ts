/**
 * analytics — what was said and done, counted. A door: it reads, and tells nobody.
 *
 * Words: a *measure* is what is counted (received, sent, delivered, read, failed, unconfirmed, priced, opened, closed);
 * a *wait* is how long somebody waited: for the *first* answer by a person since the conversation began or was closed,
 * for any *answer* by a person, for the *resolution* (from the first word to the closing); a *quarter* is fifteen
 * minutes, of which the days and hours of every time zone are made.
 *
 * Tables: analytics_counts, analytics_waits, analytics_progress. Reads the views analytics_said, analytics_done and
 * analytics_labels.
 *
 * Always true: whole days are made anew by a job (the running and the last one each hour, the last eight each night,
 * since statuses may come for seven), so that nothing is counted twice and a killed job is repeated; what is younger
 * than the job is counted when somebody asks, by the same statement; counts stay when messages are deleted by age.
 */
export { rollCron, rollHandler } from './roll.ts';
export { analyticsRoutes } from './routes.ts';
