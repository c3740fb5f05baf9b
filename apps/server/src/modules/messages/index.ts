/**
 * messages — what is said, in both directions.
 *
 * Words: a *message* is one thing said; an *attempt* is one try to hand it to a provider, written before the call, and
 * its id travels as callback data; a *status* is what the provider says about it later; the *send queue* holds what
 * somebody still has to do; a *dead letter* gave up and waits for a person; a *verdict* is the policy's answer.
 * Tables: messages, send_queue, message_attempts, message_statuses, pending_statuses; number_leases (rows). Reads the
 * views send_facts, send_numbers, own_threads.
 *
 * States of an outbound message (its row → what the API calls it):
 *   queued → queued, or sending while an attempt is in flight
 *   accepted, sent → sent · delivered → delivered · read, played → read
 *   unconfirmed → unconfirmed: nobody knows whether WhatsApp has it
 *   failed, cancelled (the policy changed its mind before the hand-over) → failed, with the reason
 *
 * Always true:
 * - a provider's message id exists once per number, a dedupe key once per workspace: by unique index;
 * - whatever is sent passed `decide` twice, when it was queued and when it was handed over;
 * - a call is made only after its attempt was committed, outside any transaction, by the holder of the number's lease;
 * - an unknown outcome is never sent again by itself, unless the workspace says so; a status that names the attempt
 *   clears it up, whenever it comes;
 * - one conversation's messages leave in the order they were queued, one at a time;
 * - of a message that was handed over twice every attempt's words are kept; a failure counts while no newer attempt
 *   exists, and once WhatsApp has the message no further call is made;
 * - answers of ours have the keys `auto-reply:<inbound id>` and `consent:<inbound id>`, once per workspace (WhatsApp's
 *   ids are unique everywhere: one id on two numbers is one message); requests may not use these prefixes;
 * - who locks several rows takes a message before its queue row and messages in the order of their keys; a claim alone
 *   takes queue rows first, and waits for nobody;
 * - a message's state only rises (accepted < sent < failed < delivered < read < played), every status row is kept.
 *
 * Files: `receive`, `received`, `apply-status` what comes in · `rules`, `can-send`, `send` what may go out and is queued ·
 * `deliver` with `lease`, `pace`, `backoff`, `results`, `orphans`, `dead` how it leaves · `lane` campaigns behind people ·
 * `reconcile` what a status says about an attempt · `keywords`, `consent`, `receipts` STOP and START.
 */
export {
  applyStatuses,
  type Concerned,
  holdConcerned,
  type ReceivedStatus,
  settlePending,
} from './apply-status.ts';

export { createBudgets } from './budget.ts';
export { consentConsumer, readHeard, readSaid, type SaidEvent } from './consent.ts';
export { type DeadMessage, listDead, retryDead, sendQueueCounts } from './dead.ts';
export { startDelivery } from './deliver.ts';
export { eraseMessages, messagesOf } from './erase.ts';
export { type JudgedPerson, judgePeople } from './judge-people.ts';
export { campaignBacklog, campaignLane, giveUp, withdraw } from './lane.ts';
export { automaticAnswers, recentAutomatic, saidAutomatically } from './loops.ts';
export { markReadHandler } from './mark-read.ts';
export { messageBody, presentMessage } from './present.ts';
export { listMessages } from './read.ts';
export { receiveMany } from './receive.ts';
export { type ReceivedMessage, sightingOf } from './received.ts';
export { countOldMessages, deleteMessages, oldMessages } from './retain.ts';

export { messageRoutes } from './routes.ts';
export type { MessageRow } from './rows.ts';
export type { Verdict } from './rules.ts';

export {
  announceSends,
  messageByKey,
  type QueueCommand,
  refuseOwnKey,
  type SendCommand,
  send,
  sendMany,
} from './send.ts';
export { setSendsBack } from './set-back.ts';
export { templateRef } from './template-check.ts';
export { templateStatistics } from './template-statistics.ts';
export { mediaUploads } from './upload.ts';
