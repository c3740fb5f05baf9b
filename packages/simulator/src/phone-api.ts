/**
 * The contract between the phone page (static files in `phone/`) and the simulator.
 *
 * Words
 * - **person**: somebody who holds the simulated phone. `id` is the simulator's own and never changes,
 *   although phone, BSUID (`userId`) and username may.
 * - **number**: a business number the person can write to; `id` is its Cloud API phone_number_id.
 * - **chat**: everything between one person and one number, oldest first.
 * - `incoming` / `outgoing` are said from the *person's* side: outgoing = typed on this phone.
 *
 * Every route needs the admin key: cookie `sim_key` (set by `/phone?key=K`), `Authorization: Bearer K`, or `?key=K`.
 * Errors: 400/401/404 with `{ error: { message } }`, a sentence to show.
 *
 *   GET  /_phone/api/people                                   → { people: PhonePerson[] }
 *   POST /_phone/api/people                NewPerson          → 201 { person: PhonePerson }
 *   GET  /_phone/api/numbers                                  → { numbers: PhoneNumber[] }
 *   GET  /_phone/api/chats/{personId}/{numberId}              → PhoneChat
 *   POST /_phone/api/chats/{personId}/{numberId}/messages  NewMessage → 201 { message: PhoneMessage }
 *        (a reaction answers with the message it was put on)
 *   POST /_phone/api/chats/{personId}/{numberId}/read         → { ok: true }   person reads everything that arrived
 *   POST /_phone/api/chats/{personId}/{numberId}/tap   { messageId, title } → { ok: true }   opened the button's address
 *   POST /_phone/api/chats/{personId}/{numberId}/call  { do } → { message: PhoneMessage }   start, answer, hang_up
 *   POST /_phone/api/media   raw body; `content-type` = the file's; `x-filename` = encodeURIComponent(name), optional
 *                                                             → 201 { id, mimeType, filename, size }
 *   GET  /_phone/api/media/{id}                               → the bytes with their content-type
 *   GET  /_phone/api/stream?person={personId}                 → text/event-stream; `event:` = PhoneEvent.type,
 *                                                               `data:` = the PhoneEvent as JSON; without `person`: all
 *   GET  /_phone/api/faults                                   → { faults: PhoneFault[] }
 *   POST /_phone/api/faults                ArmFault           → { faults: PhoneFault[] }
 */

/** One person as the list on the left shows them. */
export interface PhonePerson {
  id: string;
  name: string;
  /** E.164 digits without `+`; null for somebody who only has a BSUID towards businesses. */
  phone: string | null;
  /** Business-scoped user id, e.g. `US.13491208655302741918`. */
  userId: string;
  /** Without `@`. */
  username: string | null;
  /** Whether the phone number is hidden from businesses (webhooks carry user_id only). */
  phoneHidden: boolean;
}

/** Body of POST /people. Name is required; the rest is made up from the seed when absent. */
export interface NewPerson {
  name: string;
  phone?: string;
  userId?: string;
  username?: string;
}

/** A business number the person can chat with. */
export interface PhoneNumber {
  /** phone_number_id */
  id: string;
  displayPhoneNumber: string;
  verifiedName: string;
  accountId: string;
  quality: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN';
}

/** Ticks of the person's own messages: sent (✓), delivered = the webhook was acknowledged (✓✓), read (blue). */
export type Tick = 'pending' | 'sent' | 'delivered' | 'read';

/** What one message shows. `type` decides. */
export type PhoneContent =
  | { type: 'text'; body: string; previewUrl?: boolean }
  | {
      type: 'image' | 'video' | 'audio' | 'document' | 'sticker';
      media: PhoneMedia;
      caption?: string;
      voice?: boolean;
    }
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contacts'; contacts: PhoneCard[] }
  | PhoneInteractive
  | PhoneTemplate
  /** Outgoing only: the person's answer to a button, list, flow or template button. */
  | { type: 'button_reply'; id: string; title: string }
  | { type: 'list_reply'; id: string; title: string; description?: string }
  | { type: 'flow_reply'; name: string; response: string }
  | { type: 'template_button'; payload: string; text: string }
  /** Own = the person rings. It changes while it lasts: the same id comes again. */
  | { type: 'call'; state: CallState; seconds: number }
  /** Outgoing only: the person's word about being called. */
  | { type: 'call_permission'; accepted: boolean }
  | { type: 'system'; body: string }
  | { type: 'unsupported'; body: string };

/** `missed`: nobody answered in time, or who rang gave up. */
export type CallState = 'ringing' | 'connected' | 'ended' | 'missed' | 'declined';

/** A file. `id` null = it was sent by link; then show `link`. Bytes: GET /_phone/api/media/{id}. */
export interface PhoneMedia {
  id: string | null;
  link: string | null;
  mimeType: string;
  filename: string | null;
  size: number | null;
}

/** A contact card. */
export interface PhoneCard {
  name: string;
  phones: string[];
  emails: string[];
}

/** Header of an interactive or template message. */
export type PhoneHeader =
  | { kind: 'text'; text: string }
  | { kind: 'image' | 'video' | 'document'; media: PhoneMedia }
  | { kind: 'location'; name: string; address: string };

/** What the person can tap. */
export type PhoneButton =
  /** answer with `{ type:'button_reply', id, title, context }` */
  | { kind: 'reply'; id: string; title: string }
  /** template quick reply: answer with `{ type:'template_button', payload, text, context }` */
  | { kind: 'quick_reply'; payload: string; title: string }
  | { kind: 'url'; title: string; url: string }
  | { kind: 'call'; title: string; phone: string }
  | { kind: 'copy_code'; title: string; code: string }
  /** answer with `{ type:'flow_reply', name:'flow', response, context }`, response = JSON text */
  | { kind: 'flow'; title: string; flowId: string; flowToken: string }
  /** location_request_message: answer with a location with context */
  | { kind: 'send_location'; title: string }
  /** request_contact_info: answer with the person's own card and `origin:'contact_request'` */
  | { kind: 'share_contact'; title: string }
  /** call_permission_request: answer with `{ type:'call_permission', accepted, context }` */
  | { kind: 'allow_calls'; title: string; accepted: boolean }
  /** shown, does nothing in the simulator (catalog, product, voice call, payment) */
  | { kind: 'other'; title: string };

/** Interactive message from the business, whatever its interactive type. */
export interface PhoneInteractive {
  type: 'interactive';
  /** Cloud API interactive.type: button, list, cta_url, flow, … */
  kind: string;
  header?: PhoneHeader;
  body: string;
  footer?: string;
  buttons: PhoneButton[];
  /** only kind list: the button that opens it and its rows; answer with `{type:'list_reply', id, title, description}` */
  list?: {
    button: string;
    sections: { title: string; rows: { id: string; title: string; description?: string }[] }[];
  };
  /** only kind carousel */
  cards?: { header?: PhoneHeader; body: string; buttons: PhoneButton[] }[];
}

/** Template message, parameters filled in. */
export interface PhoneTemplate {
  type: 'template';
  name: string;
  language: string;
  header?: PhoneHeader;
  body: string;
  footer?: string;
  buttons: PhoneButton[];
  cards?: { header?: PhoneHeader; body: string; buttons: PhoneButton[] }[];
}

/** One bubble. Duplicates that really arrived (the business sent twice) are two bubbles with two ids. */
export interface PhoneMessage {
  /** wamid */
  id: string;
  direction: 'incoming' | 'outgoing';
  content: PhoneContent;
  /** the message this one answers */
  context?: { messageId: string };
  reactions: { from: 'person' | 'business'; emoji: string }[];
  /** own messages only */
  tick?: Tick;
  /** incoming only: whether the person has read it */
  read?: boolean;
  /** milliseconds since 1970, on the simulator's clock */
  time: number;
}

/** Answer of GET chat. `typing`: the business shows "typing…" until this time (ms), else null. */
export interface PhoneChat {
  person: PhonePerson;
  number: PhoneNumber;
  messages: PhoneMessage[];
  typingUntil: number | null;
  /** ms when the 24-hour window closes; null = closed */
  windowUntil: number | null;
  /** false: the number may write whenever it likes (`mock_` tokens) */
  hasWindow: boolean;
}

/** Body of POST …/messages. `context` = id of the message being answered (swipe-reply, or the tapped one). */
export type NewMessage = { context?: string } & (
  | { type: 'text'; text: string }
  | { type: 'image' | 'video' | 'document'; mediaId: string; caption?: string; filename?: string }
  | { type: 'audio'; mediaId: string; voice?: boolean }
  | { type: 'sticker'; mediaId: string; animated?: boolean }
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contacts'; contacts: PhoneCard[]; origin?: 'contact_request' | 'other' }
  /** emoji '' takes the reaction away */
  | { type: 'reaction'; messageId: string; emoji: string }
  | { type: 'button_reply'; id: string; title: string }
  | { type: 'list_reply'; id: string; title: string; description?: string }
  | { type: 'flow_reply'; name?: string; response: string }
  | { type: 'template_button'; payload: string; text: string }
  | { type: 'call_permission'; accepted: boolean }
  | { type: 'unsupported' }
);

/** What the stream sends. */
export type PhoneEvent =
  | { type: 'message'; personId: string; numberId: string; message: PhoneMessage }
  /** ticks of an own message, or `read` of an incoming one, changed */
  | { type: 'status'; personId: string; numberId: string; messageId: string; tick?: Tick; read?: boolean }
  /** the person wrote or rang: the 24-hour window begins again */
  | { type: 'window'; personId: string; numberId: string; until: number | null }
  | { type: 'typing'; personId: string; numberId: string; until: number }
  | {
      type: 'reaction';
      personId: string;
      numberId: string;
      messageId: string;
      reactions: PhoneMessage['reactions'];
    }
  /** new person, or changed phone/BSUID/username/name */
  | { type: 'person'; person: PhonePerson }
  /** a fault was armed, disarmed or used up */
  | { type: 'fault'; faults: PhoneFault[] };

/** One thing that can go wrong, for the fault drawer. */
export interface PhoneFault {
  /** e.g. `drop_webhook` */
  id: string;
  /** short human name, e.g. "Lose a webhook" */
  name: string;
  description: string;
  group: 'Sending' | 'Webhooks' | 'Account' | 'Person';
  /** `armed` waits for the next occasion; `action` happens at once when armed (quality drop, number change, …) */
  mode: 'armed' | 'action';
  /** how many more times it will strike; 0 = off, null = by probability */
  remaining: number | null;
  /** 0..1, null when armed by count */
  probability: number | null;
  /** how often it has struck */
  struck: number;
  /** whether `value` matters, with its unit and default */
  value: { unit: 'ms' | 'count' | 'text'; default: string } | null;
  /** an action that needs a person or a number chosen on the page */
  needs: 'person' | 'number' | null;
}

/** Body of POST faults. `count: 0` disarms. Default count 1. */
export interface ArmFault {
  id: string;
  count?: number;
  probability?: number;
  value?: string;
  personId?: string;
  numberId?: string;
}
