/**
 * audit — who changed what, and proof that nobody changed that.
 *
 * Words: a *line* says who did what to which target, before and after; platform/events/emit.ts writes it with the change
 * itself. A *seal* is a keyed hash over a line and the seal before it: one *chain* per workspace. An *anchor* is the head
 * of a chain written down outside the database. *Erasing* takes the content of a line out, *retention* takes old lines
 * out; each leaves a mark in the chain.
 *
 * Tables: audit (lines), audit_queue (not sealed yet), audit_seals, audit_keys.
 * States of a line: queued → sealed → erased or gone; it never changes otherwise.
 *
 * Always true:
 * - a line is committed with its change or not at all, and sealed however late that commit comes;
 * - seals are gapless per workspace, in order of arrival, made by one process at a time and never in a writer's
 *   transaction;
 * - the key that makes seals lies sealed in the database: who can write there but lacks the sealing key can break a
 *   chain but not mend it; who cuts its end is found by the anchors.
 */
export { anchorFile, anchorsOf } from './anchors.ts';
export { eraseAudit } from './erase.ts';
export { applyRetention } from './retain.ts';
export { auditRoutes } from './routes.ts';
export { startSealer } from './sealer.ts';
export { verifyAudit } from './verify.ts';
