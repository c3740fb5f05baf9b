/**
 * templates: the list that template sends are checked against.
 *
 * Words: a *template* is known by account, name and language; its *status* and *category* are WhatsApp's words
 * (APPROVED, PAUSED, …; MARKETING, UTILITY, AUTHENTICATION).
 * Tables: templates.
 *
 * Always true: the list is as far as WhatsApp has told us: a missing template is unknown, not forbidden; a sync replaces
 * what it names; a notice changes what is known and adds what is not (without its components).
 */
export { activatedAccounts, syncTemplatesCron, syncTemplatesHandlers } from './follow.ts';
export { applyNotices, templateNotices } from './notices.ts';
export { templateFor, templatesOf } from './read.ts';
export { templateRoutes } from './routes.ts';
export { syncTemplates } from './sync.ts';
