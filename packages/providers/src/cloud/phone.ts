/**
 * Phone numbers as WhatsApp writes them, and as people do.
 *
 * Always true: nothing here rewrites a number that WhatsApp said. Variants are for finding, not for storing: a
 * Brazilian contact may be `5511912345678` in one body and `551112345678` in the next.
 */

/** All spellings under which the same person may appear; the given one first. Digits in, digits out. */
export function phoneVariants(digits: string): string[] {
  const other = twin(digits);
  return other === null ? [digits] : [digits, other];
}

function twin(digits: string): string | null {
  // Brazil: mobile numbers got a leading 9 (area codes 11 to 99); WhatsApp keeps older accounts without it.
  // Only subscriber numbers that start with 6 to 9 are mobile, so a landline never gains a twin.
  let m = /^55([1-9]\d)9([6-9]\d{7})$/.exec(digits);
  if (m) return `55${m[1]}${m[2]}`;
  m = /^55([1-9]\d)([6-9]\d{7})$/.exec(digits);
  if (m) return `55${m[1]}9${m[2]}`;
  // Mexico dropped the mobile 1 after the country code in 2019; WhatsApp still writes it.
  m = /^521(\d{10})$/.exec(digits);
  if (m) return `52${m[1]}`;
  m = /^52(\d{10})$/.exec(digits);
  if (m) return `521${m[1]}`;
  // Argentina: mobile numbers carry a 9 after the country code when called from abroad.
  m = /^549([1-8]\d{9})$/.exec(digits);
  if (m) return `54${m[1]}`;
  m = /^54([1-8]\d{9})$/.exec(digits);
  if (m) return `549${m[1]}`;
  return null;
}

/** Format since 2026 (WhatsApp's BSUID documentation). A parent id has `ENT.` after the country. */
const BSUID = /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/;

export const isUserId = (s: string): boolean => BSUID.test(s);

/**
 * What somebody typed as a recipient, as digits with country code.
 * Takes `+1 (650) 555-1234`, `0016505551234`, `16505551234` and S3's `16505551234@c.us`.
 * Whether the number exists is WhatsApp's to say: reference documents send to numbers that no plan knows.
 */
export function normalizeRecipient(input: string): { digits: string } | { error: string } {
  const trimmed = input.trim();
  if (isUserId(trimmed)) {
    return { error: 'this is a business-scoped user id; send it as recipient, not as a phone number' };
  }
  if (/@g\.us$/i.test(trimmed))
    return { error: 'this is a group of WhatsApp Web; use a contact’s phone number' };
  const bare = trimmed.replace(/@(c\.us|s\.whatsapp\.net)$/i, '');
  if (!/^\+?[\d\s().-]+$/.test(bare)) {
    return { error: 'a phone number has digits, spaces and + ( ) - . only, for example +16505551234' };
  }
  let digits = bare.replace(/\D/g, '');
  if (!bare.startsWith('+') && digits.startsWith('00')) digits = digits.slice(2);
  if (digits.startsWith('0')) {
    return { error: 'the number starts with 0; write it with its country code, for example +16505551234' };
  }
  // E.164: at most 15 digits; the shortest subscriber numbers with country code have 7.
  if (digits.length < 7)
    return { error: `the number has only ${digits.length} digits; is the country code missing?` };
  if (digits.length > 15) return { error: `the number has ${digits.length} digits; there are at most 15` };
  return { digits };
}
