/** What became of a call that may reach a person, whichever provider was asked (DESIGN §4, "Outcomes of a call"). */
import { type Answer, type GraphError, jsonOf } from './cloud/http.ts';
import type { Rec } from './cloud/json.ts';
import type { SendOutcome } from './contract.ts';

type Failed = Exclude<SendOutcome, { outcome: 'accepted' }>;

export interface Reading<Accepted> {
  /** Who answers, for people. */
  of: string;
  /** The refusal in an answer, or null. */
  refusal(json: Rec | null, httpStatus: number): GraphError | null;
  /** What a 2xx means; null where it says nothing: then nobody knows. */
  accepted(json: Rec): Accepted | null;
}

/**
 * Never on the wire → `not-sent` · a refusal → `refused` with its class · 2xx with an id → `accepted` · anything else
 * after the first byte → `unknown`, which nobody may resend blindly: WhatsApp has no idempotency key.
 */
export function outcomeOf<Accepted>(answer: Answer, reading: Reading<Accepted>): Accepted | Failed {
  switch (answer.kind) {
    case 'not-sent':
      return {
        outcome: 'not-sent',
        reason: answer.reason,
        ...(answer.unreached ? { unreached: true } : {}),
      };
    case 'broken':
      return { outcome: 'unknown', reason: answer.reason, httpStatus: answer.status };
    case 'too-large':
      return { outcome: 'unknown', reason: answer.reason, httpStatus: null };
    case 'answer': {
      const { status } = answer;
      const json = jsonOf(answer.body);
      const refused = reading.refusal(json, status);
      if (refused) return { outcome: 'refused', ...refused, httpStatus: status };
      const done = json && status >= 200 && status < 300 ? reading.accepted(json) : null;
      if (done !== null) return done;
      return {
        outcome: 'unknown',
        reason: `status ${status} without an answer of ${reading.of}`,
        httpStatus: status,
      };
    }
  }
}

/** The body of a message, or why it cannot go. */
export function bodyOf(make: () => Rec): string | Extract<SendOutcome, { outcome: 'not-sent' }> {
  try {
    return JSON.stringify(make());
  } catch (error) {
    return {
      outcome: 'not-sent',
      reason: `the content cannot be written as JSON: ${String(error).slice(0, 200)}`,
    };
  }
}
