/**
 * mail: letters to people, sent by a job that commits with whatever is their reason.
 *
 * Words: a *mail* is a finished text; the *outbox* is a folder of a development machine where mails land instead of
 * being sent, with a page that shows them.
 * Tables: none; what waits is a job.
 *
 * Always true: a mail exists if and only if its reason was committed; it may come twice (a crash after the server took
 * it), never not at all: what is refused for good stays among the dead jobs; links in it are secrets, so its text is
 * sealed while it waits, and no log holds more than whom it goes to and about what.
 */
export { createMailer, type Mail, type Mailer } from './mailer.ts';
export { outboxRoutes } from './outbox-routes.ts';
