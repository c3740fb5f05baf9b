/**
 * Faults: what can go wrong, armed by count or by probability.
 *
 * An *armed* fault waits for its next occasion and is used up; an *action* happens when it is armed.
 * Each fault draws from a random stream of its own, so arming one does not change when another strikes.
 */
import type { ArmFault, PhoneFault } from './phone-api.ts';
import { hashNumber, seeded } from './random.ts';

type Definition = Pick<PhoneFault, 'name' | 'description' | 'group' | 'mode' | 'value' | 'needs'>;

const armed = (
  group: PhoneFault['group'],
  name: string,
  description: string,
  value: PhoneFault['value'] = null,
): Definition => ({ group, name, description, mode: 'armed', value, needs: null });

const action = (
  group: PhoneFault['group'],
  name: string,
  description: string,
  needs: PhoneFault['needs'],
  value: PhoneFault['value'] = null,
): Definition => ({ group, name, description, mode: 'action', value, needs });

export const FAULTS = {
  accept_then_hang_up: armed(
    'Sending',
    'Accept, then hang up',
    'The message is accepted and arrives on the phone, but the connection breaks before the answer. Whoever sends again sends twice.',
  ),
  hang: armed(
    'Sending',
    'Never answer',
    'The request is taken and nothing ever comes back. The message does not arrive.',
  ),
  slow: armed('Sending', 'Answer slowly', 'The answer to the next send takes this long.', {
    unit: 'ms',
    default: '5000',
  }),
  server_error_bare: armed(
    'Sending',
    'Server error, no JSON',
    'HTTP 502 with an HTML page from a proxy, no error envelope. The message does not arrive.',
  ),
  server_error: armed(
    'Sending',
    'Server error',
    'HTTP 500 with error 131000 in the usual envelope. The message does not arrive.',
  ),
  token_expired: armed(
    'Sending',
    'Access token expired',
    'The next call to the API answers 401 with error 190.',
  ),
  permission_denied: armed(
    'Sending',
    'Permission taken away',
    'The next send answers HTTP 403 with error 200: the token may act for the account, but not send for it.',
  ),
  rate_limited: armed('Sending', 'Rate limit', 'The next send answers HTTP 400 with error 130429.'),
  status_before_response: armed(
    'Sending',
    'Status before the answer',
    'The first status webhook is delivered before the API answers the send.',
  ),
  skip_delivered: armed(
    'Sending',
    'No “delivered”',
    'The message goes from sent straight to read, as when the chat is open.',
  ),
  fail_after_sent: armed(
    'Sending',
    'Fail after “sent”',
    'The message is sent, then fails with error 131026.',
  ),
  spam_limit: armed(
    'Sending',
    'Spam limit',
    'The message is accepted, then fails with error 131048: people blocked or reported the number.',
  ),
  marketing_cap: armed(
    'Sending',
    'Marketing cap',
    'The next marketing template is accepted, then fails with error 131049: the person gets no more of them for now.',
  ),
  marketing_stopped: armed(
    'Sending',
    'Marketing stopped',
    'The next marketing template is accepted, then fails with error 131050: the person stopped marketing in WhatsApp.',
  ),
  drop_webhook: armed('Webhooks', 'Lose a webhook', 'The next webhook is never delivered.'),
  duplicate_webhook: armed(
    'Webhooks',
    'Deliver twice',
    'The next webhook is delivered twice, byte for byte.',
  ),
  reorder_webhooks: armed(
    'Webhooks',
    'Swap two webhooks',
    'The next webhook is held until the one after it was delivered.',
  ),
  delay_webhook: armed('Webhooks', 'Deliver late', 'The next webhook is held back for this long.', {
    unit: 'ms',
    default: '10000',
  }),
  quality_drop: action(
    'Account',
    'Quality drops',
    'The number turns RED and phone_number_quality_update is sent.',
    'number',
  ),
  messaging_limit: action(
    'Account',
    'Messaging limit',
    'From now on the portfolio may write first to so many different people in 24 hours, and the webhooks say so.',
    'number',
    { unit: 'text', default: 'TIER_250' },
  ),
  template_to_marketing: action(
    'Account',
    'Template becomes marketing',
    'The named template is reclassified as marketing; template_category_update is sent. Without a name: the first utility template.',
    'number',
    { unit: 'text', default: '' },
  ),
  template_low_quality: action(
    'Account',
    'Template has low quality',
    'The named template turns RED and is paused: 3 hours, then 6, then it is disabled. Without a name: the first approved one.',
    'number',
    { unit: 'text', default: '' },
  ),
  template_rejected: armed(
    'Account',
    'Reject the next template',
    'The next template that goes into review is rejected, with this reason.',
    { unit: 'text', default: 'INVALID_FORMAT' },
  ),
  template_recategorised: armed(
    'Account',
    'Another category',
    'The next template that is created comes back with this category.',
    { unit: 'text', default: 'MARKETING' },
  ),
  review_slow: armed('Account', 'Slow review', 'The next review takes this long.', {
    unit: 'ms',
    default: '86400000',
  }),
  template_held: armed(
    'Sending',
    'Hold a template message',
    'The next template message is answered with held_for_quality_assessment and goes out after this long.',
    { unit: 'ms', default: '600000' },
  ),
  template_batch_dropped: armed(
    'Sending',
    'Hold and drop a template message',
    'The next template message is held for this long, then fails with error 132015.',
    { unit: 'ms', default: '600000' },
  ),
  coexistence_echo: action(
    'Account',
    'Answer from the phone app',
    'The business writes from its own WhatsApp Business app: smb_message_echoes is sent.',
    'person',
    { unit: 'text', default: 'Sent from the phone app' },
  ),
  account_update: action('Account', 'Account update', 'account_update is sent with this event.', 'number', {
    unit: 'text',
    default: 'ACCOUNT_RESTRICTION',
  }),
  number_change: action(
    'Person',
    'Change phone number',
    'The person moves to a new phone number (and gets a new user id); a system message is sent.',
    'person',
    { unit: 'text', default: '' },
  ),
  user_id_rotation: action(
    'Person',
    'New user id',
    'The business-scoped user id is replaced and the phone cannot be shared; a system message is sent.',
    'person',
  ),
} as const satisfies Record<string, Definition>;

export type FaultId = keyof typeof FAULTS;

export function isFaultId(id: string): id is FaultId {
  return Object.hasOwn(FAULTS, id);
}

interface Arm {
  remaining: number | null;
  probability: number | null;
  value: string | undefined;
  numberId: string | undefined;
  struck: number;
}

/** What a strike carries to the place it strikes. */
export interface Strike {
  value: string;
  ms: number;
}

export class Faults {
  #seed: number;
  #arms = new Map<FaultId, Arm>();
  #streams = new Map<FaultId, () => number>();
  #act: (id: FaultId, fault: ArmFault) => void;
  #changed: () => void;

  constructor(seed: number, act: (id: FaultId, fault: ArmFault) => void, changed: () => void) {
    this.#seed = seed;
    this.#act = act;
    this.#changed = changed;
  }

  /**
   * Arms by `count` (default 1; 0 disarms) or by `probability` (until disarmed), or performs an action.
   * With `numberId` only occasions of that number count.
   */
  arm(id: FaultId, fault: Omit<ArmFault, 'id'> = {}): void {
    const struck = this.#arms.get(id)?.struck ?? 0;
    if (FAULTS[id].mode === 'action') {
      if (fault.count === 0) return;
      this.#act(id, { id, ...fault });
      this.#arms.set(id, {
        remaining: 0,
        probability: null,
        value: undefined,
        numberId: undefined,
        struck: struck + 1,
      });
    } else {
      const probability = fault.probability ?? null;
      if (probability !== null && !(probability >= 0 && probability <= 1))
        throw new RangeError('probability must be between 0 and 1');
      const count = fault.count ?? 1;
      if (!Number.isInteger(count) || count < 0) throw new RangeError('count must be a whole number from 0');
      this.#arms.set(id, {
        remaining: probability === null ? count : null,
        probability: probability === 0 ? null : probability,
        value: fault.value,
        numberId: fault.numberId,
        struck,
      });
      if (probability === 0) this.disarm(id);
    }
    this.#changed();
  }

  /** Disarms one, or all. */
  disarm(id?: FaultId): void {
    for (const [key, arm] of this.#arms) {
      if (id !== undefined && key !== id) continue;
      arm.remaining = 0;
      arm.probability = null;
    }
    this.#changed();
  }

  /** Forgets arms, counts and streams: as new. */
  reset(): void {
    this.#arms.clear();
    this.#streams.clear();
    this.#changed();
  }

  /** Whether the fault strikes on this occasion; uses up one. */
  strike(id: FaultId, numberId?: string): Strike | null {
    const arm = this.#arms.get(id);
    if (!arm) return null;
    if (arm.numberId !== undefined && numberId !== undefined && arm.numberId !== numberId) return null;
    if (arm.probability !== null) {
      let stream = this.#streams.get(id);
      if (!stream) {
        stream = seeded(hashNumber(`${this.#seed}/${id}`));
        this.#streams.set(id, stream);
      }
      if (stream() >= arm.probability) return null;
    } else {
      if (arm.remaining === null || arm.remaining <= 0) return null;
      arm.remaining--;
    }
    arm.struck++;
    this.#changed();
    const definition: Definition = FAULTS[id];
    const value = arm.value ?? definition.value?.default ?? '';
    return { value, ms: Number.isFinite(Number(value)) ? Number(value) : 0 };
  }

  list(): PhoneFault[] {
    return (Object.keys(FAULTS) as FaultId[]).map((id) => {
      const arm = this.#arms.get(id);
      return {
        id,
        ...FAULTS[id],
        remaining: arm ? arm.remaining : 0,
        probability: arm?.probability ?? null,
        struck: arm?.struck ?? 0,
      };
    });
  }
}
