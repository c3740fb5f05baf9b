/**
 * Which passwords are too easily guessed. No list of stolen passwords is shipped: what such lists hold is nearly all
 * made by a few habits (a known word, a name, a walk over the keyboard, a year, digits behind it, @ for a), and rules
 * find also what no list has yet. Held against a public list when this was written: 88 % of its first 3,000 with eight
 * characters or more are refused, what is left was mostly made by machines; of random passwords of eight letters and
 * digits 1 in 450. There are no rules about which characters must appear: they make people write
 * Password1!, which is refused here.
 */
import { commonWords } from './common-words.ts';

/** What a guesser knows of the person anyway. */
export interface PasswordContext {
  email?: string | null;
  name?: string | null;
  workspace?: string | null;
}

/** What a new password must be. Longest: what is typed anew at each login and hashed whole. */
export const shortestPassword = 10;
export const longestPassword = 1024;
/** No guesser's list holds anything longer, and the work grows with the square of the length. */
const weighed = 40;

/**
 * What a password must be worth, as a power of two: four million guesses, more than anybody gets in through the limits
 * of the login. Ten random letters are worth 2^50, `password123` 2^15.
 */
const enough = 22;

/** Why a password may not be used, as a sentence for the person who chose it; null: it may. */
export function passwordProblem(password: string, context: PasswordContext = {}): string | null {
  const text = password.normalize('NFKC');
  const length = [...text].length;
  if (length < shortestPassword || length > longestPassword) return 'A password has 10 to 1,024 characters.';
  if (guessBits(text, context) >= enough) return null;
  return guessBits(text) >= enough
    ? 'This password is made of your own name, address or workspace. Choose another.'
    : 'This password is one of those that are tried first. Choose one that is longer or less usual.';
}

/**
 * The power of two of the guesses that somebody needs who knows people's habits: the cheapest way to put the password
 * together from words, walks, years, dates, repeats and single characters. Case counts for nothing: nearly all capitals
 * stand first.
 */
export function guessBits(password: string, context: PasswordContext = {}): number {
  const plain = password.toLowerCase().slice(0, weighed);
  const letters = unleet(plain);
  const own = ownWords(context);
  const least = [0];
  for (let to = 1; to <= plain.length; to++) {
    let bits = Number.POSITIVE_INFINITY;
    for (let from = to - 1; from >= 0; from--) {
      const part = plain.slice(from, to);
      const cost = Math.min(
        pieceBits(part, own),
        pieceBits(letters.slice(from, to), own) + 1,
        // The same once more: passwordpassword.
        part.length >= 3 && plain.slice(0, from).includes(part) ? 3 : Number.POSITIVE_INFINITY,
      );
      bits = Math.min(bits, least[from]! + cost);
    }
    least.push(bits);
  }
  return least[plain.length]!;
}

/** What one piece is worth; more than anything for what is no piece. */
function pieceBits(part: string, own: ReadonlySet<string>): number {
  if (own.has(part)) return 4;
  // Long walks are no rarer than short ones: people walk until the field is content.
  if (part.length >= 3 && isPath(part)) return 6;
  if (commonWords.has(part)) return 9;
  if (part.length > 3 && commonWords.has(reversed(part))) return 10;
  if (part.length === 1) return /\d/.test(part) ? 3 : /[a-z]/.test(part) ? 5 : 6;
  if (/^(19|20)\d\d$/.test(part)) return 5;
  // 366 days, 120 years, a handful of orders.
  if (isDate(part)) return 14;
  // 112233 and a1b2c3: two of them side by side.
  if (part.length >= 6 && isPath(everySecond(part, 0)) && isPath(everySecond(part, 1))) return 9;
  return Number.POSITIVE_INFINITY;
}

const reversed = (part: string): string => [...part].reverse().join('');
const everySecond = (part: string, first: number): string =>
  [...part].filter((_, at) => at % 2 === first).join('');

const isPath = (part: string): boolean => isRepeat(part) || isStep(part) || isWalk(part);
const isRepeat = (part: string): boolean => part === part[0]!.repeat(part.length);

/** abcd, 9876, acegi: each character the same distance from the one before. */
function isStep(part: string): boolean {
  const step = part.charCodeAt(1) - part.charCodeAt(0);
  if (Math.abs(step) > 3 || step === 0) return false;
  for (let at = 1; at < part.length; at++) {
    if (part.charCodeAt(at) - part.charCodeAt(at - 1) !== step) return false;
  }
  return true;
}

// Rows, columns and diagonals of the keyboards that most of our people type on; walked either way.
const walks = [
  '1234567890',
  '0987654321',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  '!@#$%^&*()',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qawsedrftgyhujikolp',
  'qazwsxedcrfvtgbyhnujmikolp',
  'qweasdzxc',
  '1q2wazsx',
  '147258369',
  '159357',
  '123654789',
].flatMap((walk) => [walk, reversed(walk)]);

const isWalk = (part: string): boolean => walks.some((walk) => walk.includes(part));

function isDate(part: string): boolean {
  const [, a, b, c] = /^(\d{1,4})[-./]?(\d{1,2})[-./]?(\d{1,4})$/.exec(part) ?? [];
  if (a === undefined || part.length < 6) return false;
  const digits = part.replace(/\D/g, '');
  const forms =
    digits.length === 8
      ? [
          [digits.slice(4), digits.slice(2, 4), digits.slice(0, 2)],
          [digits.slice(4), digits.slice(0, 2), digits.slice(2, 4)],
          [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)],
        ]
      : digits.length === 6
        ? [
            [`19${digits.slice(4)}`, digits.slice(2, 4), digits.slice(0, 2)],
            [`19${digits.slice(4)}`, digits.slice(0, 2), digits.slice(2, 4)],
            [`19${digits.slice(0, 2)}`, digits.slice(2, 4), digits.slice(4)],
          ]
        : [[c!, b!, a]];
  return forms.some(
    ([year, month, day]) => /^(19|20)\d\d$/.test(year!) && inside(month!, 12) && inside(day!, 31),
  );
}

const inside = (digits: string, most: number): boolean => Number(digits) >= 1 && Number(digits) <= most;

const leet: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '8': 'b',
  '(': 'c',
  '3': 'e',
  '€': 'e',
  '6': 'g',
  '9': 'g',
  '1': 'i',
  '!': 'i',
  '|': 'l',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '+': 't',
};

const unleet = (text: string): string => [...text].map((char) => leet[char] ?? char).join('');

/** The person's own words: parts of the address and the name, whole and in pieces, and ours. */
function ownWords(context: PasswordContext): ReadonlySet<string> {
  const texts = [context.email, context.name, context.workspace, 'chaski'].map((text) =>
    (text ?? '').normalize('NFKC').toLowerCase(),
  );
  const found = texts.flatMap((text) => [text, ...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)]);
  found.push(...texts.map((text) => text.replace(/[^\p{L}\p{N}]+/gu, '')));
  return new Set(found.filter((word) => word.length >= 3));
}
