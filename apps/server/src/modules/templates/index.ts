/**
 * templates: what WhatsApp approved to be sent outside the window, and what is written here to become so.
 *
 * Words: a *template* is known by account, name and language, at WhatsApp by its id (S1's template code); its *status*
 * and *category* are WhatsApp's words (APPROVED, PAUSED, …; MARKETING, UTILITY, AUTHENTICATION); a *version* is what it
 * said at a time; the *open* version is what somebody is writing; a *sample* is a file that shows WhatsApp what a
 * header will hold.
 * Tables: templates, template_versions.
 *
 * States of a template: DRAFT (never at WhatsApp) → PENDING → APPROVED | REJECTED; APPROVED ⇄ PAUSED → DISABLED;
 * IN_APPEAL; DELETED. Of a version: draft → submitting → submitted | refused (→ draft); submitting → unknown →
 * submitted; seen (WhatsApp showed it).
 *
 * Always true: a template that nobody told us about is unknown, not forbidden; name and language are unique in an
 * account, and so is WhatsApp's id; a list replaces what it names, a notice changes what is known, and neither undoes
 * what WhatsApp said later; a template has one open version at most; a creation whose outcome nobody knows is looked
 * for by name and language before it is tried again; whatever changes is told by an event in the same transaction.
 *
 * Files: `follow`, `sync`, `notices` hear what WhatsApp says, `changes` makes events of it · `draft` writes, `submit`
 * asks for a review or a deletion, `hand-over` and `samples` carry it there · `check-send` for whoever sends.
 */
export { checkTemplateSend } from './check-send.ts';
export { templateDaysCron, templateDaysHandlers } from './days.ts';
export { activatedAccounts, syncTemplatesCron, syncTemplatesHandlers } from './follow.ts';
export { handOverHandlers } from './hand-over.ts';
export { applyNotices, templateNotices } from './notices.ts';
export { toldOf } from './queries-days.ts';
export { templateFor, templateStates, templatesOf, templateWords } from './read.ts';
export { type Cost, costBody, type PricedLine } from './reports.ts';
export { templateRoutes } from './routes.ts';
export { syncTemplates } from './sync.ts';
