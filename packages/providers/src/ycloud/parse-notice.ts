/**
 * What YCloud says about accounts, numbers, templates, groups: under the names of Meta's webhook fields where
 * they mean the same, so that a ban is a ban; everything else under YCloud's own name.
 */
import { plain, type Rec, rec, ref, str } from '../cloud/json.ts';
import type { NoticeItem } from '../contract.ts';
import { about, timeOf } from './read.ts';

type About = NoticeItem['about'];

interface Known {
  field: string;
  about: About;
  /** Where the object stands in the event. */
  part: string;
  /** The field's value as `cloud` would have it. */
  value?(part: Rec): Rec;
}

const template = (event: (part: Rec) => Rec): Pick<Known, 'about' | 'part' | 'value'> => ({
  about: 'template',
  part: 'whatsappTemplate',
  value: (part) => ({
    messageTemplateId: ref(part.officialTemplateId) ?? ref(part.id),
    messageTemplateName: part.name,
    messageTemplateLanguage: part.language,
    messageTemplateCategory: part.category,
    ...event(part),
  }),
});

const known: Record<string, Known> = {
  'whatsapp.template.reviewed': {
    field: 'message_template_status_update',
    ...template((part) => ({
      event: part.statusUpdateEvent ?? part.status,
      reason: part.reason ?? null,
    })),
  },
  'whatsapp.template.category_updated': {
    field: 'template_category_update',
    ...template((part) => ({ previousCategory: part.previousCategory ?? null, newCategory: part.category })),
  },
  'whatsapp.template.quality_updated': {
    field: 'message_template_quality_update',
    ...template((part) => ({ newQualityScore: part.qualityRating ?? null })),
  },
  'whatsapp.phone_number.quality_updated': {
    field: 'phone_number_quality_update',
    about: 'number',
    part: 'whatsappPhoneNumber',
    value: (part) => ({
      displayPhoneNumber: part.displayPhoneNumber ?? part.phoneNumber,
      event: part.qualityUpdateEvent ?? part.updateEvent ?? null,
      currentLimit: part.messagingLimit ?? null,
      qualityRating: part.qualityRating ?? null,
    }),
  },
  'whatsapp.phone_number.name_updated': {
    field: 'phone_number_name_update',
    about: 'number',
    part: 'whatsappPhoneNumber',
    value: (part) => ({
      displayPhoneNumber: part.displayPhoneNumber ?? part.phoneNumber,
      decision: part.decision ?? null,
      requestedVerifiedName: part.requestedVerifiedName ?? part.verifiedName ?? null,
      rejectionReason: part.rejectionReason ?? null,
    }),
  },
  'whatsapp.phone_number.business_username_updated': {
    field: 'business_username_updates',
    about: 'number',
    part: 'whatsappPhoneNumber',
    value: (part) => ({
      displayPhoneNumber: part.displayPhoneNumber ?? part.phoneNumber,
      username: str(part.username) ?? str(rec(part.businessUsername)?.username),
      status: str(part.usernameStatus) ?? str(rec(part.businessUsername)?.status),
    }),
  },
  'whatsapp.phone_number.deleted': {
    field: 'phone_number_deleted',
    about: 'number',
    part: 'whatsappPhoneNumber',
  },
  'whatsapp.business_account.reviewed': {
    field: 'account_review_update',
    about: 'account',
    part: 'whatsappBusinessAccount',
    value: (part) => ({ decision: part.accountReviewStatus ?? part.reviewStatus ?? null }),
  },
  'whatsapp.business_account.deleted': {
    field: 'account_update',
    about: 'account',
    part: 'whatsappBusinessAccount',
    value: () => ({ event: 'ACCOUNT_DELETED' }),
  },
  'whatsapp.business_account.updated': {
    field: 'account_update',
    about: 'account',
    part: 'whatsappBusinessAccount',
    value: (part) => ({
      event: part.updateEvent ?? null,
      banInfo: { wabaBanState: rec(part.banInfo)?.wabaBanState ?? part.banState ?? null },
      restrictionInfo: part.restrictionInfo ?? part.restrictions ?? [],
      violationInfo: part.violationInfo ?? {},
    }),
  },
  'whatsapp.smb.history': { field: 'history', about: 'history', part: 'whatsappSmbHistory' },
  'whatsapp.flow.status_change': { field: 'flows', about: 'flow', part: 'whatsappFlow' },
};

/** By the first words of its name, for events that nobody wrote down. */
const areas: readonly (readonly [string, About])[] = [
  ['whatsapp.call.', 'call'],
  ['whatsapp.group.', 'group'],
  ['whatsapp.template.', 'template'],
  ['whatsapp.phone_number.', 'number'],
  ['whatsapp.business_account.', 'account'],
  ['whatsapp.smb.', 'history'],
  ['whatsapp.flow.', 'flow'],
  ['contact.', 'contact'],
];

const envelope = new Set(['id', 'type', 'apiVersion', 'createTime']);

export function readNotice(type: string, event: Rec): NoticeItem {
  const how = Object.hasOwn(known, type) ? known[type] : undefined;
  const key = how?.part ?? Object.keys(event).find((one) => !envelope.has(one) && rec(event[one]) !== null);
  const part = (key === undefined ? null : rec(event[key])) ?? {};
  const number =
    how?.about === 'account' || how?.about === 'template'
      ? null
      : (part.phoneNumber ?? part.businessPhoneNumber ?? part.displayPhoneNumber ?? part.from ?? null);
  const value = how?.value ? how.value(part) : part;
  return {
    ...about(event, part, number, '0'),
    at: timeOf(event.createTime) ?? timeOf(part.updateTime),
    kind: 'notice',
    field: how?.field ?? type,
    about: how?.about ?? areas.find(([start]) => type.startsWith(start))?.[1] ?? 'other',
    value: plain(value) as Rec,
  };
}
