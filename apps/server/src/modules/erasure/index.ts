/**
 * erasure — taking one person out of everything. A door: it asks each module to erase its own.
 *
 * Words: an *erasure* is one such request; its *report* says how much went and what stays, and why.
 *
 * Tables: contact_erasures.
 * States: waiting → done. One waits per contact at most.
 *
 * Always true: who the person is stays known until everything else is gone, so a killed job begins again and ends the
 * same; keys against doubling stay (WhatsApp's ids of messages, hashes of bodies), else a webhook that comes again would
 * bring the person back; the audit keeps who did what and when, and still verifies.
 */
export { eraseHandler, requestErasure } from './erase.ts';
export { erasureRoutes } from './routes.ts';
