import { createHash } from 'node:crypto';
import {
  type BlankKinds,
  type CampaignMessage,
  type CampaignSchedule,
  campaignStart,
  filledTemplate,
  fillVariables,
  offerEnds,
  type RecipientFacts,
  recipientDue,
  recipientZone,
} from '@chaski/contracts';
import type { Verdict } from '../messages/index.ts';
import type { PlannedRecipient } from './queries-recipients.ts';
import { followRefusal } from './rules-errors.ts';

export interface Planner {
  message: CampaignMessage;
  /** Of its template. */
  kinds: BlankKinds;
  schedule: CampaignSchedule;
  now: number;
  /** Millionths for one message to a country. */
  price(country: string | null): number | null;
}

export type Planned = Pick<
  PlannedRecipient,
  'zone' | 'filled' | 'textHash' | 'state' | 'reason' | 'dueAt' | 'price'
>;

/** Why somebody gets nothing: the offer would have ended when they read of it. */
export const offerOver = 'offer_over';

export function isOver(values: Readonly<Record<string, string>>, at: number): boolean {
  const ends = offerEnds(values);
  return ends !== null && ends <= at;
}

/** Plans one recipient after the other; what is the same for a zone is computed once. Pure. */
export function plannerOf({ message, kinds, schedule, now, price }: Planner) {
  // A recurring one that is over is planned to be looked at, and never starts.
  const start = campaignStart(schedule, now) ?? now;
  const dues = new Map<string, string>();
  const dueIn = (zone: string): string => {
    let due = dues.get(zone);
    if (due === undefined) {
      due = new Date(recipientDue(schedule, start, zone)).toISOString();
      dues.set(zone, due);
    }
    return due;
  };
  return (facts: RecipientFacts, verdict: Verdict | null): Planned => {
    const zone = recipientZone(schedule, facts);
    const skipped = (reason: string): Planned => ({
      zone,
      filled: {},
      textHash: null,
      state: 'skipped',
      reason,
      dueAt: null,
      price: null,
    });
    // What is wrong with the number or the template is the campaign's matter, not this person's.
    if (
      verdict !== null &&
      verdict.verdict !== 'free-form' &&
      followRefusal(verdict.code, verdict.changesAt, new Date(now)).follow === 'skip'
    )
      return skipped(verdict.code);
    const filled = fillVariables(message.variables, facts, zone, kinds);
    if ('problem' in filled) return skipped(`variable_${filled.problem}:${filled.key}`);
    const dueAt = dueIn(zone);
    if (isOver(filled.values, Date.parse(dueAt))) return skipped(offerOver);
    return {
      zone,
      filled: filled.values,
      textHash: createHash('sha256')
        .update(JSON.stringify(filledTemplate(message, filled.values, kinds)))
        .digest('hex'),
      state: 'planned',
      reason: null,
      dueAt,
      price: price(facts.country ?? null),
    };
  };
}
