/** The faults that are events: they happen when they are armed. */
import type { FaultId } from './faults.ts';
import { lookUp } from './hands.ts';
import type { JsonObject } from './json.ts';
import { saveNumber } from './keep.ts';
import { changeNumber, echo, rotate } from './persons.ts';
import type { ArmFault } from './phone-api.ts';
import { changeTemplate } from './template-life.ts';
import { setTier, tierNamed } from './tier.ts';
import { accountOf, type World } from './world.ts';

export function act(world: World, id: FaultId, fault: ArmFault): void {
  const number = () => {
    const chosen =
      fault.numberId === undefined ? world.numbers.values().next().value : world.numbers.get(fault.numberId);
    if (!chosen) throw new RangeError('choose a number');
    return chosen;
  };
  const person = () => {
    const chosen =
      fault.personId === undefined ? world.people.values().next().value : lookUp(world, fault.personId);
    if (!chosen) throw new RangeError('choose a person');
    return chosen;
  };
  const tellAccount = (field: string, value: JsonObject) =>
    world.webhooks.emit({
      account: accountOf(world, number()),
      number: number(),
      field,
      value,
      entryTime: Math.floor(world.clock.now() / 1000),
    });
  const now = Math.floor(world.clock.now() / 1000);
  switch (id) {
    case 'quality_drop':
      number().quality = 'RED';
      saveNumber(world, number());
      tellAccount('phone_number_quality_update', {
        display_phone_number: number().displayPhoneNumber,
        event: 'DOWNGRADE',
        old_limit: 'TIER_100K',
        current_limit: 'TIER_10K',
        max_daily_conversations_per_business: 'TIER_10K',
      });
      return;
    case 'messaging_limit':
      setTier(world, accountOf(world, number()), tierNamed(fault.value || 'TIER_250'));
      return;
    case 'template_to_marketing': {
      const { templates } = accountOf(world, number());
      const template = fault.value
        ? templates.find((known) => known.name === fault.value)
        : templates.find((known) => known.category === 'UTILITY');
      if (!template) throw new RangeError('there is no such template');
      changeTemplate(world, accountOf(world, number()), template, { category: 'MARKETING' });
      return;
    }
    case 'template_low_quality': {
      const { templates } = accountOf(world, number());
      const template = fault.value
        ? templates.find((known) => known.name === fault.value)
        : templates.find((known) => known.status === 'APPROVED');
      if (!template) throw new RangeError('there is no such template');
      const account = accountOf(world, number());
      // A template that is RED already stays so; only its next pause is news.
      if (template.quality === 'RED') changeTemplate(world, account, template, { pause: true });
      else changeTemplate(world, account, template, { quality: 'RED' });
      return;
    }
    case 'account_update': {
      const event = fault.value || 'ACCOUNT_RESTRICTION';
      const info: Record<string, JsonObject> = {
        ACCOUNT_RESTRICTION: {
          restriction_info: [
            { restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: now + 86_400 },
          ],
        },
        ACCOUNT_VIOLATION: { violation_info: { violation_type: 'SCAM' } },
        DISABLED_UPDATE: {
          ban_info: {
            waba_ban_state: 'DISABLE',
            waba_ban_date: new Date(now * 1000).toISOString().slice(0, 10),
          },
        },
      };
      tellAccount('account_update', { event, ...info[event] });
      return;
    }
    case 'coexistence_echo':
      echo(world, person(), number(), fault.value || 'Sent from the phone app');
      return;
    case 'number_change':
      changeNumber(world, person(), fault.value ?? '');
      return;
    case 'user_id_rotation':
      rotate(world, person());
      return;
    default:
      throw new RangeError(`${id} waits for its occasion`);
  }
}
