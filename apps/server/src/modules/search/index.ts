/**
 * search — finding people and what was said. A door: it reads, and tells nobody.
 *
 * Words: a *document* is the folded words of one message with their places, and *marks* for what operators ask; a
 * *place* is (time, id) in the order of results: the newest first, always.
 *
 * Tables: message_search, search_backfill. Reads the views search_lines and search_threads; contacts and notes are
 * found by their modules.
 *
 * Always true: documents follow the messages by a durable consumer (an edit replaces the words, a revoke removes
 * them); what is found is shown only if the caller's row security shows the message and its conversation; the same
 * folding makes documents and questions, so case, accents, vowel marks and forms of letters never matter.
 */
export { backfillHandler, enqueueBackfill } from './backfill.ts';
export { eraseSearch, forgetWords } from './erase.ts';
export { messageWords } from './follow.ts';
export { searchRoutes } from './routes.ts';
