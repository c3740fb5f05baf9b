/** The strings behind limits: what a test or the admin API sets, and what was counted. */
import { saveNumber } from './keep.ts';
import { capMarketing, moveMarketing } from './marketing.ts';
import { limitsOf, type OverLimit, setTier, type Tier, tierNamed } from './tier.ts';
import { accountOf, type Num, type World } from './world.ts';

export interface LimitControls {
  /** From now on this many different people in 24 hours; the webhook goes out. */
  setTier(accountId: string, tier: Tier): void;
  /** 131049 for this share of people, each for a day at a time. */
  capMarketing(share: number): void;
  /** 131063 for the account's marketing over `/messages`, from now on or no more. */
  moveMarketing(accountId: string, moved: boolean): void;
  /** The number's quality, with the webhook WhatsApp sends of it. */
  setQuality(phoneNumberId: string, quality: Num['quality']): void;
  /** Calls beyond what was allowed, since the start or the last reset. */
  over(): OverLimit;
}

export function limitControls(world: World): LimitControls {
  return {
    setTier(accountId, tier) {
      const account = world.accounts.get(accountId);
      if (!account) throw new RangeError(`there is no account ${accountId}`);
      setTier(world, account, tierNamed(tier));
    },
    capMarketing: (share) => capMarketing(world, share),
    moveMarketing(accountId, moved) {
      const account = world.accounts.get(accountId);
      if (!account) throw new RangeError(`there is no account ${accountId}`);
      moveMarketing(world, account, moved);
    },
    setQuality(phoneNumberId, quality) {
      const number = world.numbers.get(phoneNumberId);
      if (!number) throw new RangeError(`there is no number ${phoneNumberId}`);
      number.quality = quality;
      saveNumber(world, number);
      world.webhooks.emit({
        account: accountOf(world, number),
        number,
        field: 'phone_number_quality_update',
        value: {
          display_phone_number: number.displayPhoneNumber,
          event: quality === 'RED' ? 'FLAGGED' : 'UNFLAGGED',
        },
        entryTime: Math.floor(world.clock.now() / 1000),
      });
    },
    over: () => ({ ...limitsOf(world).over }),
  };
}
