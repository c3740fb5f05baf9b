/**
 * workflows — what answers by itself.
 *
 * Words: a *workflow* is a named rule of a workspace or of one number; the *default* one of a number is asked for each
 * message that comes in, the workspace's own where the number has none. One kind so far: `auto-reply`.
 * Tables: workflows.
 *
 * Always true: one default per number and one per workspace, by unique index; an inbound message gets at most one
 * automatic reply, for ever (dedupe key `auto-reply:<WhatsApp's id>`); no automatic reply goes to echoes, reactions,
 * edits, groups, keywords (STOP, START), people who opted out, or another machine.
 */
export { autoReplyConsumer } from './auto-reply.ts';
export { ensureDefaults, listWorkflows, setAutoReply } from './defaults.ts';
export { fillIn } from './text.ts';
