/** Webhook fields about accounts, numbers, templates, calls, groups …: kept whole, under what they are about. */
import type { ItemBase, NoticeItem, PersonRef, PreferenceItem } from '../contract.ts';
import { camelRec, items, type Rec, rec, ref, str, time } from './json.ts';
import { complete, isSomebody, person, phoneOf } from './person.ts';

const about: Record<string, NoticeItem['about']> = {
  account_update: 'account',
  account_review_update: 'account',
  account_alerts: 'account',
  account_settings_update: 'account',
  business_capability_update: 'account',
  business_status_update: 'account',
  partner_solutions: 'account',
  payment_configuration_update: 'account',
  business_username_updates: 'number',
  phone_number_name_update: 'number',
  phone_number_quality_update: 'number',
  security: 'number',
  messaging_handovers: 'number',
  messages: 'number',
  message_template_status_update: 'template',
  message_template_quality_update: 'template',
  message_template_components_update: 'template',
  template_category_update: 'template',
  template_correct_category_detection: 'template',
  calls: 'call',
  history: 'history',
  smb_app_state_sync: 'contact',
  flows: 'flow',
  group_lifecycle_update: 'group',
  group_participants_update: 'group',
  group_settings_update: 'group',
  group_status_update: 'group',
};

/** The whole value stays in one piece: its parts (calls and their errors, a history chunk) explain each other. */
export function readNotice(field: string, value: Rec, base: ItemBase): NoticeItem {
  return {
    ...base,
    kind: 'notice',
    displayPhoneNumber: base.displayPhoneNumber ?? phoneOf(value.display_phone_number),
    at: base.at ?? innerTime(value),
    field,
    about: Object.hasOwn(about, field) ? (about[field] ?? 'other') : 'other',
    value: camelRec(value),
  };
}

/** Fields that come without `entry.time` (calls, groups, contact sync) say their time inside. */
function innerTime(value: Rec): Date | null {
  for (const key of ['calls', 'statuses', 'groups', 'state_sync']) {
    const first = rec(items(value[key])?.[0]);
    const at = time(first?.timestamp) ?? time(rec(first?.metadata)?.timestamp);
    if (at) return at;
  }
  return time(value.timestamp);
}

/** `user_preferences[]`: the person's own choice about marketing. */
export function readPreference(
  preference: Rec,
  base: ItemBase,
  cards: readonly PersonRef[],
): PreferenceItem | { unreadable: string } {
  const value = str(preference.value);
  if (value === null) return { unreadable: 'the preference has no value' };
  const who = complete(person(preference.wa_id, preference.user_id, preference.parent_user_id), cards);
  if (!isSomebody(who)) return { unreadable: 'the preference names nobody' };
  return {
    ...base,
    kind: 'preference',
    at: time(preference.timestamp),
    person: who,
    category: ref(preference.category) ?? '',
    value,
  };
}
