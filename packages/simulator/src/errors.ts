/**
 * Meta's error codes and envelope.
 * Source: Meta "Error codes" (Cloud API support) and "errors" webhook reference; HTTP statuses are Meta's table.
 * Nearly all throttling is HTTP 400, not 429.
 */
import type { JsonObject } from './json.ts';

/** code → [HTTP status, title] */
const CODES = {
  0: [401, 'AuthException'],
  1: [400, 'API Unknown'],
  2: [503, 'API Service'],
  4: [400, 'API Too Many Calls'],
  10: [403, 'Application does not have permission for this action'],
  33: [400, 'Parameter value is not valid'],
  100: [400, 'Invalid parameter'],
  104: [401, 'An access token is required to request this resource.'],
  190: [401, 'Error validating access token: Session has expired.'],
  200: [403, 'Permission denied'],
  2200: [400, 'Callback verification failed'],
  2500: [400, 'Unknown path components'],
  80007: [400, 'Rate limit issues'],
  130429: [400, 'Rate limit hit'],
  130472: [400, "User's number is part of an experiment"],
  131000: [500, 'Something went wrong'],
  131005: [403, 'Access denied'],
  131008: [400, 'Required parameter is missing'],
  131009: [400, 'Parameter value is not valid'],
  131016: [500, 'Service unavailable'],
  131021: [400, 'Recipient cannot be sender'],
  131026: [400, 'Message undeliverable'],
  131041: [400, 'Unknown group'],
  131047: [400, 'Re-engagement message'],
  131048: [400, 'Spam rate limit hit'],
  131049: [400, 'This message was not delivered to maintain healthy ecosystem engagement.'],
  131050: [400, 'User has stopped marketing messages'],
  131051: [400, 'Unsupported message type'],
  131052: [400, 'Media download error'],
  131053: [400, 'Media upload error'],
  131055: [400, 'Method not allowed'],
  131056: [400, '(Business Account, Consumer Account) pair rate limit hit'],
  131059: [400, 'Invalid pagination cursor'],
  131061: [400, 'Max-price templates must be sent with the Marketing Messages API'],
  131062: [400, 'BSUID recipients are not supported for this message'],
  131063: [400, 'Marketing messages are disabled on Cloud API'],
  131064: [400, 'Messaging limited'],
  132000: [400, 'Number of parameters does not match the expected number of params'],
  132001: [404, 'Template name does not exist in the translation'],
  132005: [400, 'Translated text too long'],
  132007: [400, 'Template format character policy violated'],
  132012: [400, 'Parameter format does not match format in the created template'],
  132015: [400, 'Template is paused'],
  132016: [400, 'Template is disabled'],
  132021: [400, 'Direct Send template name is taken'],
  133005: [400, 'Two step verification PIN mismatch'],
  133010: [400, 'Phone number not registered'],
  138000: [400, 'Calling not enabled'],
  138001: [400, 'Receiver uncallable'],
  138003: [400, 'Duplicate call'],
  138004: [400, 'Call connection error'],
  138006: [400, 'No call permission'],
  138009: [400, 'Call permission request limit reached'],
  138010: [400, 'Business-initiated calls limit reached'],
} as const satisfies Record<number, readonly [number, string]>;

export type GraphCode = keyof typeof CODES;

/** Thrown by every rule; written as Meta's envelope by `graph.ts`. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: GraphCode;
  readonly details: string | undefined;
  readonly subcode: number | undefined;
  readonly user: { title: string; message: string } | undefined;
  readonly type: 'OAuthException' | 'GraphMethodException';

  constructor(
    code: GraphCode,
    details?: string,
    extra: { title?: string; subcode?: number; user?: { title: string; message: string } } = {},
  ) {
    const [status, title] = CODES[code];
    super(extra.title ?? `(#${code}) ${title}`);
    this.status = status;
    this.code = code;
    this.details = details;
    this.subcode = extra.subcode;
    this.user = extra.user;
    this.type = code === 100 && extra.subcode === 33 ? 'GraphMethodException' : 'OAuthException';
  }

  /** The synchronous envelope. `error_data` only comes with messaging errors. */
  envelope(trace: string): JsonObject {
    return {
      error: {
        message: this.message,
        type: this.type,
        code: this.code,
        ...(this.subcode === undefined ? {} : { error_subcode: this.subcode }),
        ...(this.user === undefined
          ? {}
          : {
              is_transient: false,
              error_user_title: this.user.title,
              error_user_msg: this.user.message,
            }),
        ...(this.details === undefined
          ? {}
          : { error_data: { messaging_product: 'whatsapp', details: this.details } }),
        fbtrace_id: trace,
      },
    };
  }
}

/** The object unknown to this token: Meta says the same whether it is absent or forbidden. */
export function unknownObject(method: string, id: string): GraphError {
  return new GraphError(100, undefined, {
    subcode: 33,
    title: `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api`,
  });
}

/** The error inside a `failed` status or an `unsupported` message. */
export function webhookError(code: GraphCode, details: string): JsonObject {
  const title = CODES[code][1];
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  };
}
