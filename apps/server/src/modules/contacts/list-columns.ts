import { normalizeRecipient, phoneVariants } from '@chaski/providers';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { z } from 'zod';
import { fold } from '../../platform/fold.ts';
import { type AttributeRow, readAttribute } from './attributes.ts';
import { maxNoteLength } from './notes.ts';
import type { AttributeValue } from './queries.ts';

/** What a column of a list is: a field, `attribute:<key>`, or nothing that we keep. */
export type Column =
  | 'phone'
  | 'name'
  | 'email'
  | 'company'
  | 'language'
  | 'labels'
  | 'optOut'
  | 'optIn'
  | 'proof'
  | 'note'
  | 'ignore'
  | `attribute:${string}`;

// Folded: no case, no accents, no spaces. English, Arabic, Hindi, Spanish, Portuguese, and what exports of others say.
const guesses: Record<string, readonly string[]> = {
  phone: [
    'phone',
    'phonenumber',
    'mobile',
    'mobilephone',
    'mobilenumber',
    'cell',
    'cellphone',
    'whatsapp',
    'whatsappnumber',
    'number',
    'tel',
    'telephone',
    'msisdn',
    'waid',
    'phone1value',
    'telefono',
    'numero',
    'movil',
    'celular',
    'telefone',
    'هاتف',
    'الهاتف',
    'رقمالهاتف',
    'جوال',
    'الجوال',
    'موبايل',
    'फोन',
    'फोननंबर',
    'मोबाइल',
    'नंबर',
  ],
  name: [
    'name',
    'fullname',
    'contact',
    'contactname',
    'displayname',
    'customer',
    'nombre',
    'nombrecompleto',
    'nome',
    'nomecompleto',
    'اسم',
    'الاسم',
    'नाम',
  ],
  email: [
    'email',
    'mail',
    'emailaddress',
    'correo',
    'correoelectronico',
    'البريد',
    'البريدالالكتروني',
    'ايميل',
    'ईमेल',
  ],
  company: [
    'company',
    'organization',
    'organisation',
    'business',
    'empresa',
    'compania',
    'شركه',
    'الشركه',
    'कंपनी',
  ],
  language: ['language', 'lang', 'locale', 'idioma', 'lingua', 'اللغه', 'لغه', 'भाषा'],
  labels: ['labels', 'label', 'tags', 'tag', 'groups', 'etiquetas', 'etiqueta', 'marcadores', 'وسوم', 'लेबल'],
  optIn: [
    'optin',
    'optedin',
    'subscribed',
    'marketingconsent',
    'marketingoptin',
    'suscrito',
    'consentimiento',
    'inscrito',
    'consentimento',
    'مشترك',
    'सहमति',
  ],
  proof: ['proof', 'consentproof', 'optinproof', 'prueba', 'prova', 'comprovante', 'إثبات', 'प्रमाण'],
  optOut: ['optout', 'optedout', 'unsubscribed', 'donotcontact', 'stop', 'baja', 'descadastrado'],
  note: [
    'note',
    'notes',
    'remark',
    'remarks',
    'comment',
    'comments',
    'nota',
    'notas',
    'comentario',
    'comentarios',
    'observaciones',
    'observacoes',
    'ملاحظه',
    'ملاحظات',
    'टिप्पणी',
    'नोट',
  ],
};

/** What each heading seems to be; a field is given to the first that claims it. */
export function guessColumns(headers: readonly string[], definitions: readonly AttributeRow[]): Column[] {
  const taken = new Set<string>();
  return headers.map((header) => {
    const word = fold(header);
    const field = Object.entries(guesses).find(([, words]) => words.some((one) => fold(one) === word))?.[0];
    const own = definitions.find((one) => fold(one.key) === word || fold(one.label) === word);
    const column = (field ?? (own ? `attribute:${own.key}` : 'ignore')) as Column;
    if (column === 'ignore' || taken.has(column)) return 'ignore';
    taken.add(column);
    return column;
  });
}

export interface ListRow {
  phone: string;
  name?: string;
  email?: string;
  company?: string;
  language?: string;
  attributes: Record<string, AttributeValue>;
  labels: string[];
  optOut: boolean;
  /** To marketing. */
  optIn: boolean;
  /** What shows that they said so. */
  proof: string | null;
  /** For the team. */
  note: string | null;
}

export interface RowProblem {
  field: string;
  reason: string;
  /** The row is left out, and not the field alone. */
  skipped: boolean;
}

const email = z.email().max(254);
const yes = /^(true|yes|y|1|x|si|sí|sim|stop|نعم|हाँ)$/iu;
const language = /^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/;

/** One row as its columns say; an empty cell says nothing and takes nothing away. */
export function readRow(
  cells: readonly string[],
  columns: readonly Column[],
  definitions: ReadonlyMap<string, AttributeRow>,
  country: string | null,
): { row: ListRow | null; problems: RowProblem[] } {
  const problems: RowProblem[] = [];
  const row: ListRow = {
    phone: '',
    attributes: {},
    labels: [],
    optOut: false,
    optIn: false,
    proof: null,
    note: null,
  };
  const odd = (field: string, reason: string) => problems.push({ field, reason, skipped: false });
  columns.forEach((column, index) => {
    const cell = plain(cells[index] ?? '');
    if (cell === '' || column === 'ignore') return;
    switch (column) {
      case 'phone': {
        const read = readPhone(cell, country);
        if ('digits' in read) row.phone = read.digits;
        else problems.push({ field: 'phone', reason: read.reason, skipped: true });
        return;
      }
      case 'name':
      case 'company':
        if (cell.length <= 200) row[column] = cell;
        else odd(column, 'too_long');
        return;
      case 'email':
        if (email.safeParse(cell).success) row.email = cell;
        else odd('email', 'not_an_email');
        return;
      case 'language':
        if (language.test(cell)) row.language = cell;
        else odd('language', 'not_a_language');
        return;
      case 'labels':
        row.labels = cell
          .split(/[,;|]/)
          .map((name) => name.trim())
          .filter((name) => name !== '' && name.length <= 60);
        return;
      case 'optOut':
        row.optOut = yes.test(cell);
        return;
      case 'optIn':
        row.optIn = yes.test(cell);
        return;
      case 'proof':
        row.proof = cell.slice(0, 500);
        return;
      case 'note':
        if (cell.length <= maxNoteLength) row.note = cell;
        else odd('note', 'too_long');
        return;
      default: {
        const key = column.slice('attribute:'.length);
        const definition = definitions.get(key);
        const read = definition ? readAttribute(definition, cell, true) : { problem: 'unknown' };
        if ('problem' in read) odd(column, 'not_valid');
        else row.attributes[key] = read.value;
      }
    }
  });
  if (problems.some((problem) => problem.skipped)) return { row: null, problems };
  if (row.phone === '') return { row: null, problems: [{ field: 'phone', reason: 'empty', skipped: true }] };
  return { row, problems };
}

/** Our own exports put an apostrophe in front of what looks like a formula; it comes back without. */
function plain(cell: string): string {
  // jsonb and text take neither NUL nor half a letter.
  const clean = cell.replaceAll('\0', '').toWellFormed().trim();
  return /^'[=+\-@\t\r]/.test(clean) ? clean.slice(1) : clean;
}

export const isCountry = (code: string): boolean => isSupportedCountry(code);

const zeros = [0x660, 0x6f0, 0x966];

/**
 * Without what programs put around a number (`="+49…"`, `'+49…`, marks of direction that come along when it is copied),
 * in the digits of ASCII: Arabic keyboards, Hindi ones and full-width ones have their own.
 */
function bare(cell: string): string {
  return cell
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/^=?"(.*)"$/, '$1')
    .replace(/^'/, '')
    .replace(/\p{Nd}/gu, (digit) => {
      const code = digit.codePointAt(0)!;
      const zero = zeros.find((one) => code >= one && code < one + 10);
      return zero === undefined ? digit : String(code - zero);
    })
    .trim();
}

/** A phone with its country code, in any writing; without one it is a number of `country`. */
export function readPhone(
  cell: string,
  country: string | null,
): { digits: string } | { reason: 'not_a_phone_number' | 'rounded_by_a_spreadsheet' } {
  // What Excel makes of a long number.
  if (/^\d[.,]\d+E\+\d+$/i.test(cell)) return { reason: 'rounded_by_a_spreadsheet' };
  const text = bare(cell).replace(/^00/, '+');
  if (country !== null && isSupportedCountry(country)) {
    const read =
      parsePhoneNumberFromString(text, country as CountryCode) ?? parsePhoneNumberFromString(`+${text}`);
    const other = text.startsWith('+') ? null : parsePhoneNumberFromString(`+${text}`);
    // Digits that are no number of the country but one of another with its code in front.
    const chosen = read?.isPossible() ? read : other?.isPossible() ? other : null;
    return chosen ? { digits: chosen.number.slice(1) } : { reason: 'not_a_phone_number' };
  }
  const read = normalizeRecipient(text);
  return 'digits' in read ? { digits: read.digits } : { reason: 'not_a_phone_number' };
}

/** Whether somebody wrote one of these numbers there, in any writing: with its country code, with a zero or without. */
export function namesPhone(said: string, country: string | null, phones: ReadonlySet<string>): boolean {
  const read = readPhone(said, country);
  if ('digits' in read && phoneVariants(read.digits).some((one) => phones.has(one))) return true;
  const digits = bare(said).replace(/\D/g, '').replace(/^0+/, '');
  return digits.length >= 6 && [...phones].some((one) => /^\d+$/.test(one) && one.endsWith(digits));
}
