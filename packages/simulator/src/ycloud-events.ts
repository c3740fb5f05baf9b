/**
 * What happens here, told as YCloud tells it: one event a body, camelCase around Meta's own objects, signed with the
 * endpoint's secret over time and body. Source: YCloud "Webhook examples", "Configure webhooks".
 */
import { createHash, createHmac } from 'node:crypto';
import { asArray, asObject, asString, type JsonObject } from './json.ts';
import type { Dialect, Update } from './webhook-body.ts';
import type { App, World } from './world.ts';
import { ycloudId } from './ycloud-api.ts';

/** The dialect of an app that is one of YCloud's endpoints; null for Meta's. */
export function ycloudDialect(world: World, app: App): Dialect | null {
  const { ycloud } = app;
  if (!ycloud) return null;
  return {
    body(update) {
      const event = eventOf(world, update);
      if (event === null || !ycloud.events.includes(event.type)) return null;
      const createTime = new Date(world.clock.now()).toISOString();
      return JSON.stringify({ id: eventId(update, event), apiVersion: 'v2', createTime, ...event });
    },
    headers(body, secret) {
      const t = Math.floor(world.clock.now() / 1000);
      const s = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
      return { 'user-agent': 'YCloud', 'ycloud-signature': `t=${t},s=${s}` };
    },
  };
}

type Event = { type: string } & JsonObject;

/** From what is told: the same update is the same event, asked about twice or told again after a restart. */
function eventId(update: Update, event: Event): string {
  const said = JSON.stringify([update.field, update.value, event.type, update.entryTime ?? null]);
  return `evt_${createHash('sha256').update(said).digest('hex').slice(0, 24)}`;
}

/** Null: YCloud has no word for it. */
function eventOf(world: World, { account, number, field, value }: Update): Event | null {
  const wabaId = account.id;
  const phone = number === null ? null : `+${number.digits}`;
  switch (field) {
    case 'messages': {
      const [message] = asArray(value.messages).map(asObject);
      if (message && phone !== null) return inbound(world, message, value, { wabaId, to: phone });
      const [status] = asArray(value.statuses).map(asObject);
      return status && phone !== null ? updated(status, { wabaId, from: phone }) : null;
    }
    case 'smb_message_echoes': {
      const [message] = asArray(value.message_echoes).map(asObject);
      if (!message || phone === null) return null;
      const { id, timestamp, to, from: _business, to_user_id, ...rest } = message;
      return {
        type: 'whatsapp.smb.message.echoes',
        whatsappMessage: {
          ...ids(id),
          wabaId,
          from: phone,
          ...(to === undefined ? {} : { to: `+${String(to)}` }),
          ...(to_user_id === undefined ? {} : { recipientUserId: to_user_id }),
          ...rest,
          status: 'sent',
          sendTime: iso(timestamp),
        },
      };
    }
    case 'user_preferences': {
      const [choice] = asArray(value.user_preferences).map(asObject);
      if (!choice) return null;
      return {
        type: 'whatsapp.user.preferences',
        whatsappUserPreference: {
          wabaId,
          ...(phone === null ? {} : { businessPhoneNumber: phone }),
          ...(choice.wa_id === undefined ? {} : { contactPhoneNumber: `+${String(choice.wa_id)}` }),
          ...(choice.user_id === undefined ? {} : { userId: choice.user_id }),
          category: choice.category ?? 'marketing_messages',
          value: choice.value ?? '',
          timestamp: choice.timestamp ?? '',
        },
      };
    }
    case 'message_template_status_update':
      return {
        type: 'whatsapp.template.reviewed',
        whatsappTemplate: {
          ...template(wabaId, value),
          status: value.event ?? null,
          statusUpdateEvent: value.event ?? null,
          reason: value.reason ?? null,
        },
      };
    case 'template_category_update':
      return {
        type: 'whatsapp.template.category_updated',
        whatsappTemplate: {
          ...template(wabaId, value),
          category: value.new_category ?? null,
          previousCategory: value.previous_category ?? null,
        },
      };
    case 'phone_number_quality_update':
      return {
        type: 'whatsapp.phone_number.quality_updated',
        whatsappPhoneNumber: {
          wabaId,
          phoneNumber: phone,
          displayPhoneNumber: value.display_phone_number ?? null,
          qualityUpdateEvent: value.event ?? null,
          messagingLimit: value.current_limit ?? null,
        },
      };
    case 'account_update':
      return {
        type: 'whatsapp.business_account.updated',
        whatsappBusinessAccount: {
          id: wabaId,
          wabaId,
          updateEvent: value.event ?? null,
          restrictionInfo: value.restriction_info ?? [],
          violationInfo: value.violation_info ?? {},
          banInfo: { wabaBanState: asObject(value.ban_info).waba_ban_state ?? null },
        },
      };
    default:
      return null;
  }
}

function inbound(
  world: World,
  message: JsonObject,
  value: JsonObject,
  about: { wabaId: string; to: string },
): Event {
  const { id, timestamp, from, from_user_id, from_parent_user_id, ...rest } = message;
  const profile = asObject(asObject(asArray(value.contacts)[0]).profile);
  return {
    type: 'whatsapp.inbound_message.received',
    whatsappInboundMessage: {
      ...ids(id),
      ...about,
      ...(from === undefined ? {} : { from: `+${String(from)}` }),
      ...(from_user_id === undefined ? {} : { fromUserId: from_user_id }),
      ...(from_parent_user_id === undefined ? {} : { fromParentUserId: from_parent_user_id }),
      customerProfile: {
        ...(profile.name === undefined ? {} : { name: profile.name }),
        ...(profile.username === undefined ? {} : { username: profile.username }),
      },
      sendTime: iso(timestamp),
      ...withLinks(world, rest),
    },
  };
}

/** Files come with an address of YCloud's, which wants the API key. */
function withLinks(world: World, message: JsonObject): JsonObject {
  const type = asString(message.type) ?? '';
  const file = asObject(message[type]);
  const id = asString(file.id);
  if (id === undefined || !['image', 'video', 'audio', 'document', 'sticker'].includes(type)) return message;
  const { url: _metas, ...rest } = file;
  return { ...message, [type]: { ...rest, link: `${world.url}/v2/whatsapp/media/${id}` } };
}

const times: Record<string, string> = {
  sent: 'sendTime',
  delivered: 'deliverTime',
  read: 'readTime',
};

function updated(status: JsonObject, about: { wabaId: string; from: string }): Event | null {
  const name = asString(status.status) ?? '';
  // YCloud has no `played`.
  if (name !== 'failed' && times[name] === undefined) return null;
  const at = iso(status.timestamp);
  const pricing = asObject(status.pricing);
  const [error] = asArray(status.errors).map(asObject);
  return {
    type: 'whatsapp.message.updated',
    whatsappMessage: {
      ...ids(status.id),
      ...about,
      ...(status.recipient_id === undefined ? {} : { to: `+${String(status.recipient_id)}` }),
      ...(status.recipient_user_id === undefined ? {} : { recipientUserId: status.recipient_user_id }),
      status: name,
      updateTime: at,
      ...(times[name] === undefined ? {} : { [times[name]]: at }),
      ...(status.biz_opaque_callback_data === undefined
        ? {}
        : { externalId: status.biz_opaque_callback_data }),
      ...(status.pricing === undefined
        ? {}
        : {
            pricingCategory: pricing.category ?? null,
            pricingModel: pricing.pricing_model ?? null,
            pricingType: pricing.type ?? null,
            totalPrice: 0,
            currency: 'USD',
          }),
      ...(error === undefined
        ? {}
        : {
            errorCode: String(error.code),
            errorMessage: error.message ?? '',
            whatsappApiError: { ...error, code: String(error.code) },
          }),
    },
  };
}

const template = (wabaId: string, value: JsonObject): JsonObject => ({
  wabaId,
  officialTemplateId: String(value.message_template_id ?? ''),
  name: value.message_template_name ?? '',
  language: value.message_template_language ?? '',
  category: value.message_template_category ?? null,
});

const ids = (wamid: JsonObject[string] | undefined): JsonObject => ({
  id: ycloudId(String(wamid)),
  wamid: String(wamid),
});

const iso = (seconds: JsonObject[string] | undefined): string =>
  new Date(Number(seconds) * 1000).toISOString();
