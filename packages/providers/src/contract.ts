/**
 * The contract between WhatsApp's wire formats and the product. A provider translates; it decides nothing.
 *
 * Words: an *item* is one self-contained thing that a webhook body says (a body holds 0 to 1,000 of them,
 * of different numbers and tenants); an *address* is where a message goes; an *outcome* is what became of one call.
 *
 * Always true: parsing never throws and never drops an authentic part: what it cannot read becomes an
 * `unreadable` item. Each item carries its own number and account, never its neighbour's.
 */

import type { TemplateCalls } from './cloud/template-calls.ts';

/** One person as one payload shows them. Any field may be missing: since 2026 the phone too (PROTOCOL §6). */
export interface PersonRef {
  /** Digits only, no `+`, exactly as WhatsApp wrote them otherwise. */
  phone: string | null;
  /** Business-scoped user id, e.g. `US.1349…`; unique per business portfolio, changes with the phone number. */
  userId: string | null;
  parentUserId: string | null;
  /** Without leading `@`. Display only: it changes. */
  username: string | null;
  profileName: string | null;
}

export interface ItemBase {
  /** `entry/change/index`: where in the body this item stood, for messages to people. */
  path: string;
  /** `entry[].id`: WhatsApp Business (messaging) account, sometimes the portfolio. */
  accountRef: string | null;
  phoneNumberId: string | null;
  displayPhoneNumber: string | null;
  /** WhatsApp's own time; null when the body has none (the arrival time is used then). */
  at: Date | null;
  /** Meta's own Business Agent is answering this person: store and show it, but do not answer. */
  standby?: true;
}

/** A message's content as the product stores it: camelCase, `type` first. See @chaski/contracts `content.ts`. */
export interface Content {
  type: string;
  [key: string]: unknown;
}

export interface MessageContext {
  /** Provider id of the quoted message. */
  messageId: string | null;
  from: string | null;
  forwarded: boolean;
  frequentlyForwarded: boolean;
  referredProduct: { catalogId: string; productRetailerId: string } | null;
}

/** Somebody said something to us. `reaction`, `edit`, `revoke` and `system` are messages too: they have a wamid. */
export interface MessageItem extends ItemBase {
  kind: 'message';
  /** wamid; null only where a reference document's body has none: inbound derives one from the raw hash. */
  providerMessageId: string | null;
  from: PersonRef;
  groupId: string | null;
  content: Content;
  context: MessageContext | null;
  /** Click-to-WhatsApp ad or post the person came from, camelCase. */
  referral: Record<string, unknown> | null;
  errors: ProviderError[];
}

/** The business itself said something elsewhere (phone app, other client): `smb_message_echoes`, `message_echoes`. */
export interface EchoItem extends ItemBase {
  kind: 'echo';
  providerMessageId: string | null;
  to: PersonRef;
  groupId: string | null;
  content: Content;
  context: MessageContext | null;
}

export type StatusName = 'sent' | 'delivered' | 'read' | 'played' | 'failed';

export interface StatusItem extends ItemBase {
  kind: 'status';
  providerMessageId: string;
  status: StatusName;
  recipient: PersonRef;
  groupId: string | null;
  /** Group messages: whose status this is (wa_id or user id); '' otherwise. Part of the status's key. */
  participant: string;
  /** What we put into `biz_opaque_callback_data`: our attempt id. */
  callbackData: string | null;
  conversation: Record<string, unknown> | null;
  pricing: Record<string, unknown> | null;
  errors: ProviderError[];
}

/** The person's own choice about marketing (`user_preferences`). */
export interface PreferenceItem extends ItemBase {
  kind: 'preference';
  person: PersonRef;
  category: string;
  value: 'stop' | 'resume' | string;
}

/** Everything else WhatsApp says: account-, number-, template-level fields, calls, history, groups, unknown fields. */
export interface NoticeItem extends ItemBase {
  kind: 'notice';
  /** The webhook field, e.g. `account_update`. */
  field: string;
  about: 'account' | 'number' | 'template' | 'call' | 'group' | 'history' | 'contact' | 'flow' | 'other';
  /** The field's value with camelCase keys. */
  value: Record<string, unknown>;
}

/** A part that is authentic but has no shape we know: kept and listed, never lost. */
export interface UnreadableItem extends ItemBase {
  kind: 'unreadable';
  reason: string;
  value: unknown;
}

export type InboundItem = MessageItem | EchoItem | StatusItem | PreferenceItem | NoticeItem | UnreadableItem;

export interface ProviderError {
  code: number;
  title: string;
  message: string;
  details: string | null;
  href: string | null;
}

/** Where a message goes. By type it cannot happen that a BSUID lands in `to` (200 and silently lost, PROTOCOL §6). */
export type Address =
  | { kind: 'phone'; value: string /* digits, the provider adds + */ }
  | { kind: 'user'; value: string /* BSUID or parent BSUID */ }
  | { kind: 'group'; value: string };

export interface SendCall {
  credential: Credential;
  phoneNumberId: string;
  to: Address;
  content: Content;
  /** Provider id of the message replied to. */
  replyTo: string | null;
  /** ≤ 512 characters; echoed in every status. */
  callbackData: string;
  /** `marketing_messages`: WhatsApp's address for marketing templates, where the provider has it. */
  route?: 'messages' | 'marketing_messages';
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface Credential {
  /** Whose it is: calls that take any credential go where it belongs. */
  provider: ProviderName;
  /** An access token of Meta's, or an API key of YCloud's. */
  token: string;
  /** e.g. `https://graph.facebook.com`; a `mock_` token's account points at the simulator. */
  baseUrl: string;
  /** e.g. `v24.0`; YCloud's is `v2`. */
  version: string;
}

/**
 * When may the same request be tried again. `later`: backoff · `after`: not before afterMs · `reauth`: token dead, pause
 * the account · `fix`: somebody must change something first · `never`.
 */
export type Retry =
  | { retry: 'later'; slow: 'message' | 'pair' | 'number' | 'app' }
  | { retry: 'after'; afterMs: number }
  | { retry: 'reauth' }
  | { retry: 'fix' }
  | { retry: 'never' };

export type SendOutcome =
  | { outcome: 'accepted'; providerMessageId: string; recipient: PersonRef; messageStatus: string | null }
  /** A Graph error: WhatsApp says it did not take the message. */
  | { outcome: 'refused'; error: ProviderError; class: Retry; httpStatus: number }
  /** Never reached the wire, and safe to try again. `unreached`: DNS, refused, connect timeout. */
  | { outcome: 'not-sent'; reason: string; unreached?: true }
  /** Reset or timeout after the first byte, or an answer that is no Graph answer: nobody knows. Never resent blindly. */
  | { outcome: 'unknown'; reason: string; httpStatus: number | null };

export type MarkReadOutcome = { outcome: 'accepted' } | Exclude<SendOutcome, { outcome: 'accepted' }>;

export interface MediaInfo {
  url: string;
  mimeType: string;
  /** Lower-case hex, whatever the wire used. */
  sha256: string | null;
  size: number | null;
}

export type MediaResult<T> =
  | { outcome: 'ok'; value: T }
  | { outcome: 'gone'; reason: string }
  | { outcome: 'too-large'; reason: string }
  | { outcome: 'failed'; reason: string; retry: boolean };

/** `refused`: WhatsApp says that this token may not use this number, or that there is none. */
export type NumberInfo =
  | {
      outcome: 'ok';
      displayPhoneNumber: string;
      verifiedName: string;
      /** The account it hangs on, where the provider says so by itself. */
      accountRef?: string | null;
    }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

export type AccountInfo =
  | { outcome: 'ok'; name: string }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

/** A template as WhatsApp lists it: its words, its components as they are on the wire. */
export interface ListedTemplate {
  providerTemplateId: string | null;
  name: string;
  language: string;
  /** MARKETING, UTILITY, AUTHENTICATION */
  category: string;
  /** APPROVED, PENDING, REJECTED, PAUSED, … */
  status: string;
  components: unknown[];
  /** GREEN, YELLOW, RED, UNKNOWN */
  quality?: string | null;
  rejectedReason?: string | null;
  parameterFormat?: 'POSITIONAL' | 'NAMED';
  messageSendTtlSeconds?: number | null;
}

export type TemplateList =
  | { outcome: 'ok'; templates: ListedTemplate[] }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

/** One template on one day (UTC), as WhatsApp counted. */
export interface TemplateDay {
  providerTemplateId: string;
  /** YYYY-MM-DD */
  day: string;
  sent: number;
  delivered: number;
  read: number;
  /** Taps on buttons; of an address each person once, where WhatsApp says so. */
  clicked: number;
  /** Millionths of the account's currency, about; null: it tells no cost. */
  costMicros: number | null;
}

export type TemplateDays =
  | { outcome: 'ok'; days: TemplateDay[] }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

/**
 * Webhooks come from now on. `secret`: the one that will sign them, where the provider makes it. `portfolioRef`: the
 * business portfolio that owns the account, where the provider says so.
 */
export type Subscription =
  | { outcome: 'ok'; secret: string | null; portfolioRef: string | null }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

/** The business portfolio that owns an account; null: the provider does not say it to this token. */
export type Owner =
  | { outcome: 'ok'; portfolioRef: string | null }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

/** What people see of a number's business; '' and [] where nothing was said. */
export interface Profile {
  about: string;
  address: string;
  description: string;
  email: string;
  websites: string[];
  vertical: string;
  pictureUrl: string | null;
}

/** Fields left out stay. */
export type ProfileToWrite = { [Field in keyof Omit<Profile, 'pictureUrl'>]?: Profile[Field] | undefined } & {
  /** Of `uploadSample`. */
  pictureHandle?: string | undefined;
};

export type ProfileRead =
  | { outcome: 'ok'; profile: Profile }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

export type ProfileChanged =
  | { outcome: 'ok' }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unreachable'; reason: string };

export const providerNames = ['cloud', 'ycloud'] as const;
export type ProviderName = (typeof providerNames)[number];

/** One way of reaching WhatsApp. */
export interface Provider extends TemplateCalls {
  name: ProviderName;
  /** Which header of a webhook is signed, in lower case. */
  signatureHeader: string;
  /**
   * HMAC-SHA256 over the exact raw bytes, constant time; returns the index of the secret that verified, or -1. `now`
   * counts where a signature says when it was made.
   */
  verify(
    raw: Uint8Array,
    signatureHeader: string | string[] | undefined,
    secrets: readonly string[],
    now?: Date,
  ): number;
  /** Never throws, for any bytes. Order of items = order in the body. */
  parse(raw: Uint8Array): InboundItem[];
  send(call: SendCall): Promise<SendOutcome>;
  markRead(call: {
    credential: Credential;
    phoneNumberId: string;
    providerMessageId: string;
    typing: boolean;
    timeoutMs: number;
  }): Promise<MarkReadOutcome>;
  /** Whether the token may use the number, and whether the account has it where one is named. */
  numberInfo(call: {
    credential: Credential;
    phoneNumberId: string;
    accountRef?: string | null;
    timeoutMs: number;
  }): Promise<NumberInfo>;
  /** Whether the credential may use the account; without one, whether it is good at all. */
  accountInfo(call: {
    credential: Credential;
    accountRef: string | null;
    timeoutMs: number;
  }): Promise<AccountInfo>;
  /** What people see of the number. */
  profile(call: { credential: Credential; phoneNumberId: string; timeoutMs: number }): Promise<ProfileRead>;
  changeProfile(call: {
    credential: Credential;
    phoneNumberId: string;
    change: ProfileToWrite;
    timeoutMs: number;
  }): Promise<ProfileChanged>;
  /** Makes webhooks of the account come. Done again it changes nothing. `address`: where they shall go, if that is told. */
  subscribe(call: {
    credential: Credential;
    accountRef: string | null;
    address: string | null;
    timeoutMs: number;
  }): Promise<Subscription>;
  /** Whose the account is. */
  owner(call: { credential: Credential; accountRef: string; timeoutMs: number }): Promise<Owner>;
  /** Takes back what `subscribe` made for this address alone; what others may rely on stays. Best effort. */
  unsubscribe(call: { credential: Credential; address: string | null; timeoutMs: number }): Promise<void>;
  /** All templates of an account, page after page. */
  listTemplates(call: {
    credential: Credential;
    accountRef: string;
    timeoutMs: number;
  }): Promise<TemplateList>;
  /** What WhatsApp counted of templates, day by day, where the account has it. */
  templateDays(call: {
    credential: Credential;
    accountRef: string;
    providerTemplateIds: readonly string[];
    from: Date;
    to: Date;
    timeoutMs: number;
  }): Promise<TemplateDays>;
  mediaInfo(call: {
    credential: Credential;
    mediaId: string;
    phoneNumberId: string;
    timeoutMs: number;
  }): Promise<MediaResult<MediaInfo>>;
  /** Streams the bytes; refuses past maxBytes. The download host needs the bearer token too (PROTOCOL §1). */
  downloadMedia(call: {
    credential: Credential;
    url: string;
    maxBytes: number;
    timeoutMs: number;
  }): Promise<MediaResult<Uint8Array>>;
  uploadMedia(call: {
    credential: Credential;
    phoneNumberId: string;
    bytes: Uint8Array;
    mimeType: string;
    filename: string;
    timeoutMs: number;
  }): Promise<MediaResult<{ mediaId: string }>>;
  close(): Promise<void>;
}
