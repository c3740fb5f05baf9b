/**
 * push — tells a browser that is away that somebody wrote, or that a colleague calls. A door: it listens to events.
 *
 * Words: a *subscription* is one browser of one session of a member, with the address that its push service gave it; a
 * *notice* is what is sent there: who wrote, the first words, which conversation; or the note that names the member.
 *
 * Tables: push_subscriptions, push_keys. Reads the views push_listeners, push_threads and push_notes.
 *
 * Always true: told are those who would see the conversation in their inbox: its assignee, or while it has none all who
 * reach its number; and whom a note names, if they may look at it; a session that ended, a disabled member and a browser
 * that its push service knows no more are told nothing; the words are encrypted for that browser alone (RFC 8291); ten
 * messages of one conversation are one notice.
 */
export { pushNotices } from './notify.ts';
export { forgetDeafSubscriptions } from './queries.ts';
export { pushRoutes } from './routes.ts';
export { sendNoticeHandler } from './send.ts';
