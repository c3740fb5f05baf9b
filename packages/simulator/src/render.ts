/** How a message looks on the phone: Cloud API bodies turned into bubbles. */
import { asArray, asObject, asString, isObject, type Json, type JsonObject } from './json.ts';
import { findMedia } from './media.ts';
import { isMediaKind } from './media-rules.ts';
import type {
  CallState,
  PhoneButton,
  PhoneCard,
  PhoneContent,
  PhoneHeader,
  PhoneInteractive,
  PhoneMedia,
  PhoneMessage,
  PhoneTemplate,
} from './phone-api.ts';
import { component, fill, type Template } from './templates.ts';
import type { Message, World } from './world.ts';

export function toBubble(world: World, message: Message): PhoneMessage {
  const own = message.from === 'person';
  return {
    id: message.id,
    direction: own ? 'outgoing' : 'incoming',
    content: toContent(world, message),
    ...(message.contextId === null ? {} : { context: { messageId: message.contextId } }),
    reactions: message.reactions,
    ...(own ? { tick: message.tick } : { read: message.tick === 'read' }),
    time: message.time,
  };
}

/** All that can be tapped, those of cards too. */
export function buttonsOf(content: PhoneContent): PhoneButton[] {
  if (!('buttons' in content)) return [];
  return [...content.buttons, ...(content.cards ?? []).flatMap((card) => card.buttons)];
}

const text = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function media(world: World, kind: string, raw: JsonObject): PhoneMedia {
  const id = asString(raw.id) ?? null;
  const known = id === null ? undefined : findMedia(world, id);
  return {
    id,
    link: id === null ? (asString(raw.link) ?? null) : null,
    mimeType:
      known?.mimeType ??
      asString(raw.mime_type) ??
      (kind === 'document' ? 'application/octet-stream' : `${kind}/*`),
    filename: asString(raw.filename) ?? known?.filename ?? null,
    size: known?.bytes.length ?? null,
  };
}

function card(raw: Json): PhoneCard {
  const contact = asObject(raw);
  return {
    name: text(asObject(contact.name).formatted_name),
    phones: asArray(contact.phones).map((phone) => text(asObject(phone).phone)),
    emails: asArray(contact.emails).map((email) => text(asObject(email).email)),
  };
}

export function toContent(world: World, message: Message): PhoneContent {
  const { raw, type } = message;
  const body = asObject(raw[type]);
  if (isMediaKind(type))
    return {
      type,
      media: media(world, type, body),
      ...(body.caption ? { caption: text(body.caption) } : {}),
      ...(body.voice === true ? { voice: true } : {}),
    };
  switch (type) {
    case 'text':
      return { type, body: text(body.body), ...(body.preview_url === true ? { previewUrl: true } : {}) };
    case 'location':
      return {
        type,
        latitude: Number(body.latitude),
        longitude: Number(body.longitude),
        ...(body.name ? { name: text(body.name) } : {}),
        ...(body.address ? { address: text(body.address) } : {}),
      };
    case 'contacts':
      return { type, contacts: asArray(raw.contacts).map(card) };
    case 'interactive':
      return message.from === 'person' ? answer(body) : interactive(world, body);
    case 'button':
      return { type: 'template_button', payload: text(body.payload), text: text(body.text) };
    case 'template':
      return template(world, body, message.template);
    case 'call':
      return { type, state: body.state as CallState, seconds: Number(body.seconds) };
    case 'system':
      return { type, body: text(body.body) };
    default:
      return { type: 'unsupported', body: `Unsupported message (${type})` };
  }
}

function answer(body: JsonObject): PhoneContent {
  const reply = asObject(body[text(body.type)]);
  if (body.type === 'button_reply')
    return { type: 'button_reply', id: text(reply.id), title: text(reply.title) };
  if (body.type === 'list_reply')
    return {
      type: 'list_reply',
      id: text(reply.id),
      title: text(reply.title),
      ...(reply.description ? { description: text(reply.description) } : {}),
    };
  if (body.type === 'call_permission_reply')
    return { type: 'call_permission', accepted: reply.response === 'accept' };
  return { type: 'flow_reply', name: text(reply.name), response: text(reply.response_json) };
}

function header(world: World, raw: Json | undefined): { header?: PhoneHeader } {
  if (!isObject(raw)) return {};
  const kind = text(raw.type);
  if (kind === 'text') return { header: { kind, text: text(raw.text) } };
  if (kind === 'image' || kind === 'video' || kind === 'document')
    return { header: { kind, media: media(world, kind, asObject(raw[kind])) } };
  if (kind === 'location')
    return {
      header: {
        kind,
        name: text(asObject(raw.location).name),
        address: text(asObject(raw.location).address),
      },
    };
  return {};
}

function replyButtons(action: JsonObject): PhoneButton[] {
  return asArray(action.buttons).map((item) => {
    const button = asObject(item);
    const reply = asObject(button.reply ?? button.quick_reply);
    return { kind: 'reply', id: text(reply.id), title: text(reply.title) };
  });
}

function actionButtons(kind: string, action: JsonObject): PhoneButton[] {
  const parameters = asObject(action.parameters);
  switch (kind) {
    case 'button':
      return replyButtons(action);
    case 'list':
      return [];
    case 'cta_url':
      return [{ kind: 'url', title: text(parameters.display_text), url: text(parameters.url) }];
    case 'flow':
      return [
        {
          kind: 'flow',
          title: text(parameters.flow_cta),
          flowId: text(parameters.flow_id ?? parameters.flow_name),
          flowToken: text(parameters.flow_token),
        },
      ];
    case 'location_request_message':
      return [{ kind: 'send_location', title: 'Send location' }];
    case 'request_contact_info':
      return [{ kind: 'share_contact', title: 'Share contact info' }];
    case 'call_permission_request':
      return [
        { kind: 'allow_calls', title: 'Allow calls', accepted: true },
        { kind: 'allow_calls', title: 'Not now', accepted: false },
      ];
    default:
      return [{ kind: 'other', title: text(parameters.display_text) || kind.replaceAll('_', ' ') }];
  }
}

function interactive(world: World, raw: JsonObject): PhoneInteractive {
  const kind = text(raw.type);
  const action = asObject(raw.action);
  return {
    type: 'interactive',
    kind,
    ...header(world, raw.header),
    body: text(asObject(raw.body).text),
    ...(isObject(raw.footer) ? { footer: text(raw.footer.text) } : {}),
    buttons: kind === 'carousel' ? [] : actionButtons(kind, action),
    ...(kind === 'list'
      ? {
          list: {
            button: text(action.button),
            sections: asArray(action.sections).map((item) => ({
              title: text(asObject(item).title),
              rows: asArray(asObject(item).rows).map((row) => ({
                id: text(asObject(row).id),
                title: text(asObject(row).title),
                ...(asObject(row).description ? { description: text(asObject(row).description) } : {}),
              })),
            })),
          },
        }
      : {}),
    ...(kind === 'carousel'
      ? {
          cards: asArray(action.cards).map((item) => {
            const one = asObject(item);
            const own = asObject(one.action);
            return {
              ...header(world, one.header),
              body: text(asObject(one.body).text),
              buttons: own.buttons ? replyButtons(own) : actionButtons(text(one.type), own),
            };
          }),
        }
      : {}),
  };
}

function templateParts(
  world: World,
  defined: readonly Json[],
  given: Json | undefined,
): { header?: PhoneHeader; body: string; footer?: string; buttons: PhoneButton[] } {
  const head = component([...defined], 'header');
  const body = component([...defined], 'body');
  const footer = component([...defined], 'footer');
  const format = text(head?.format).toLowerCase() || 'text';
  const headGiven = component(given, 'header');
  const parameter = asObject(asArray(headGiven?.parameters)[0]);
  const shown = !head
    ? {}
    : format === 'text'
      ? { header: { kind: 'text' as const, text: fill(text(head.text), headGiven) } }
      : header(world, parameter);
  const code = asArray(component(given, 'body')?.parameters).map((item) => text(asObject(item).text))[0];
  return {
    ...shown,
    body:
      body?.add_security_recommendation !== undefined && !body.text
        ? `${code ?? ''} is your verification code. For your security, do not share this code.`
        : fill(text(body?.text), component(given, 'body')),
    ...(footer?.text ? { footer: text(footer.text) } : {}),
    buttons: asArray(component([...defined], 'buttons')?.buttons).map((item, i) =>
      templateButton(asObject(item), component(given, 'button', i)),
    ),
  };
}

function templateButton(button: JsonObject, given: JsonObject | undefined): PhoneButton {
  const title = text(button.text);
  const parameter = asObject(asArray(given?.parameters)[0]);
  switch (text(button.type).toUpperCase()) {
    case 'QUICK_REPLY':
      return { kind: 'quick_reply', payload: text(parameter.payload) || title, title };
    case 'URL':
      return { kind: 'url', title, url: fill(text(button.url), given) };
    case 'PHONE_NUMBER':
      return { kind: 'call', title, phone: text(button.phone_number) };
    case 'COPY_CODE':
    case 'OTP':
      return {
        kind: 'copy_code',
        title: title || 'Copy code',
        code: text(parameter.coupon_code) || text(parameter.text),
      };
    case 'FLOW':
      return {
        kind: 'flow',
        title,
        flowId: text(button.flow_id),
        flowToken: text(asObject(parameter.action).flow_token),
      };
    case 'REQUEST_CONTACT_INFO':
      return { kind: 'share_contact', title: title || 'Share contact info' };
    default:
      return { kind: 'other', title };
  }
}

function template(world: World, raw: JsonObject, known: Template | null): PhoneTemplate {
  const defined = known?.components ?? [];
  const cards = asArray(component(defined, 'carousel')?.cards);
  const sent = asArray(component(raw.components, 'carousel')?.cards);
  return {
    type: 'template',
    name: text(raw.name),
    language: text(asObject(raw.language).code),
    ...templateParts(world, defined, raw.components),
    ...(cards.length > 0
      ? {
          cards: cards.map((item, i) => {
            const { footer: _none, ...one } = templateParts(
              world,
              asArray(asObject(item).components),
              asObject(sent[i]).components,
            );
            return one;
          }),
        }
      : {}),
  };
}
