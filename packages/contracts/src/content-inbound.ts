/** What people, or the business's own phone, sent, as a provider reads it. */

/** A file somebody sent. `id` is WhatsApp's and lives 7 days; `mediaId` is ours, set once we know the file. */
export interface InboundMedia {
  id: string;
  mediaId?: string;
  mimeType?: string | null;
  /** Lower-case hex when WhatsApp's was a whole SHA-256 (webhooks carry base64), else as it came. */
  sha256?: string | null;
  /** WhatsApp's short-lived address; needs the bearer token; absent before 2026. */
  url?: string | null;
  caption?: string | null;
  filename?: string | null;
  /** Audio only: recorded in the chat. */
  voice?: boolean | null;
  /** Stickers only. */
  animated?: boolean | null;
}

export interface InboundContactCard {
  name?: {
    formattedName?: string | null;
    firstName?: string | null;
    lastName?: string | null;
    middleName?: string | null;
    prefix?: string | null;
    suffix?: string | null;
  } | null;
  phones?: { phone?: string | null; waId?: string | null; type?: string | null; userId?: string | null }[];
  emails?: { email?: string | null; type?: string | null }[];
  addresses?: Record<string, unknown>[];
  org?: Record<string, unknown> | null;
  urls?: Record<string, unknown>[];
  vcard?: string | null;
  /** `contact_request`: WhatsApp attests that it is the sender's own; anything else proves nothing. */
  origin?: string | null;
}

export type InboundInteractive =
  | { type: 'button_reply'; buttonReply: { id: string | null; title: string | null } }
  | {
      type: 'list_reply';
      listReply: { id: string | null; title: string | null; description?: string | null };
    }
  | {
      type: 'nfm_reply';
      nfmReply: {
        /** `flow`, `address_message`, … */
        name?: string | null;
        body?: string | null;
        /** The answer exactly as WhatsApp wrote it. */
        responseJson: string | null;
        /** The same, parsed; its keys are the form's own and stay untouched; null when it is not JSON. */
        response: unknown;
      };
    }
  | {
      type: 'call_permission_reply';
      callPermissionReply: {
        response: string | null;
        isPermanent?: boolean | null;
        expirationTimestamp?: number | null;
        responseSource?: string | null;
      };
    }
  /** WhatsApp could not say what was pressed (131000 in the item's errors). */
  | { type: null }
  | { type: string; [key: string]: unknown };

export interface InboundSystem {
  /** `user_changed_number`, `user_changed_user_id`, `customer_identity_changed`, …; ours: `missed_call` */
  type: string | null;
  /** For people only; never parse it. */
  body?: string | null;
  /** New phone, digits. */
  waId?: string | null;
  userId?: string | null;
  previousUserId?: string | null;
  parentUserId?: string | null;
  previousParentUserId?: string | null;
  identity?: { acknowledged?: boolean | null; createdTimestamp?: string | null; hash?: string | null } | null;
}

/** What a person, or the business's own phone, sent. New keys of WhatsApp may stand beside these, in camelCase. */
export type InboundContent =
  | { type: 'text'; text: { body: string } }
  | { type: 'image'; image: InboundMedia }
  | { type: 'video'; video: InboundMedia }
  | { type: 'audio'; audio: InboundMedia }
  | { type: 'document'; document: InboundMedia }
  | { type: 'sticker'; sticker: InboundMedia }
  | {
      type: 'location';
      location: {
        latitude: number;
        longitude: number;
        name?: string | null;
        address?: string | null;
        url?: string | null;
      };
    }
  | { type: 'contacts'; contacts: InboundContactCard[] }
  | { type: 'interactive'; interactive: InboundInteractive }
  /** Quick reply of a template. */
  | { type: 'button'; button: { payload: string | null; text: string | null } }
  | {
      type: 'order';
      order: {
        catalogId: string | null;
        text?: string | null;
        productItems: {
          productRetailerId: string | null;
          quantity: number | null;
          itemPrice: number | null;
          currency: string | null;
        }[];
      };
    }
  /** An empty emoji takes the reaction back. */
  | { type: 'reaction'; reaction: { messageId: string; emoji: string } }
  | { type: 'system'; system: InboundSystem }
  | { type: 'edit'; edit: { originalMessageId: string; content: InboundContent | null } }
  | { type: 'revoke'; revoke: { originalMessageId: string } }
  /**
   * WhatsApp could not pass it on (`unsupported.type` says what it was), or it is a type or shape we do not know:
   * then `value` holds it and `reason` says why.
   */
  | { type: 'unsupported'; unsupported: { type: string | null; reason?: string; value?: unknown } };
