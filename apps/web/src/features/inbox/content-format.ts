/**
 * WhatsApp's own formatting: *bold*, _italic_, ~strike~, `code`, ```mono```, lists, quotes, links. Pure.
 *
 * A mark counts only where it hugs words: `2 * 3 * 4` and snake_case_names stay as they are.
 */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { kind: 'code' | 'mention'; text: string }
  | { kind: 'link'; text: string; href: string };

export type Block =
  | { kind: 'line' | 'quote'; children: Inline[] }
  | { kind: 'bullets'; items: Inline[][] }
  | { kind: 'numbers'; start: number; items: Inline[][] }
  | { kind: 'mono'; text: string };

const marks = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
type Mark = keyof typeof marks;

const isMark = (char: string): char is Mark => Object.hasOwn(marks, char);
const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char);
const isSpace = (char: string | undefined): boolean => char === undefined || /\s/.test(char);

// Sticky: looked for at one place only.
const address = /(?:https?:\/\/|www\.)[^\s<>"'`]+/iy;
/** What ends a sentence is no part of the address that stands at its end. */
const after = /[.,;:!?*_~)\]}»”’]+$/;

/** `names`: of people whom an `@` mentions, as a note knows them. */
export function parseBlocks(text: string, names: readonly string[] = []): Block[] {
  // The longest first: `@Ann Lee` is not Ann.
  const mentions = names
    .flatMap((name) => (name.trim() === '' ? [] : [`@${name}`]))
    .sort((a, b) => b.length - a.length);
  const blocks: Block[] = [];
  // ``` may span lines; nothing inside is looked at.
  const parts = text.split(/```([\s\S]+?)```/);
  for (const [at, part] of parts.entries()) {
    if (at % 2 === 1) blocks.push({ kind: 'mono', text: part.replace(/^\n|\n$/g, '') });
    else {
      // The line breaks around a block of its own are its own.
      const before = at < parts.length - 1 ? part.replace(/\n$/, '') : part;
      blocks.push(...linesOf(at > 0 ? before.replace(/^\n/, '') : before, mentions));
    }
  }
  return blocks;
}

/**
 * A line that begins with `- ` or `* ` is a bullet on people's phones, one alone too, whoever meant a dash: `- team Acme`
 * below an answer is drawn as they read it. The simulator's phone has the same marks; what is set in is plain there.
 */
function linesOf(part: string, mentions: readonly string[]): Block[] {
  if (part === '') return [];
  const blocks: Block[] = [];
  for (const line of part.split('\n')) {
    const last = blocks.at(-1);
    const bullet = /^[-*] +(\S.*)$/.exec(line);
    const numbered = /^(\d{1,3})\. +(\S.*)$/.exec(line);
    if (line.startsWith('> ')) blocks.push({ kind: 'quote', children: parseInline(line.slice(2), mentions) });
    else if (bullet) {
      const item = parseInline(bullet[1]!, mentions);
      if (last?.kind === 'bullets') last.items.push(item);
      else blocks.push({ kind: 'bullets', items: [item] });
    } else if (numbered) {
      const item = parseInline(numbered[2]!, mentions);
      if (last?.kind === 'numbers') last.items.push(item);
      else blocks.push({ kind: 'numbers', start: Number(numbered[1]), items: [item] });
    } else blocks.push({ kind: 'line', children: parseInline(line, mentions) });
  }
  return blocks;
}

/** `mentions`: `@` with a name. */
export function parseInline(text: string, mentions: readonly string[] = []): Inline[] {
  const found: Inline[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') found.push({ kind: 'text', text: plain });
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    const link = linkAt(text, at);
    if (link) {
      flush();
      found.push(link);
      at += link.text.length;
      continue;
    }
    const char = text[at]!;
    const mention =
      char === '@' && !isWord(text[at - 1])
        ? mentions.find((one) => text.startsWith(one, at) && !isWord(text[at + one.length]))
        : undefined;
    if (mention) {
      flush();
      found.push({ kind: 'mention', text: mention });
      at += mention.length;
      continue;
    }
    if (char === '`') {
      const end = text.indexOf('`', at + 1);
      if (end > at + 1) {
        flush();
        found.push({ kind: 'code', text: text.slice(at + 1, end) });
        at = end + 1;
        continue;
      }
    }
    const end = isMark(char) ? endOf(text, at, char) : -1;
    if (isMark(char) && end > 0) {
      flush();
      found.push({ kind: marks[char], children: parseInline(text.slice(at + 1, end), mentions) });
      at = end + 1;
      continue;
    }
    plain += char;
    at += 1;
  }
  flush();
  return found;
}

/** Where the mark that opens at `at` closes; -1: it is a plain character. */
function endOf(text: string, at: number, mark: Mark): number {
  if (isWord(text[at - 1]) || isSpace(text[at + 1]) || text[at + 1] === mark) return -1;
  for (let end = text.indexOf(mark, at + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    if (!isSpace(text[end - 1]) && !isWord(text[end + 1])) return end;
  }
  return -1;
}

function linkAt(text: string, at: number): { kind: 'link'; text: string; href: string } | null {
  if (isWord(text[at - 1])) return null;
  address.lastIndex = at;
  const found = address.exec(text)?.[0].replace(after, '');
  if (!found) return null;
  const href = found.startsWith('www.') ? `https://${found}` : found;
  return URL.canParse(href) && new URL(href).hostname.includes('.')
    ? { kind: 'link', text: found, href }
    : null;
}

const pictures =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u;

/** One to three emoji and nothing else: WhatsApp shows them large. */
export function isEmojiOnly(text: string): boolean {
  if (text.length > 60 || !pictures.test(text)) return false;
  const marks = [...new Intl.Segmenter().segment(text.replaceAll(/\s/g, ''))];
  return marks.length >= 1 && marks.length <= 3;
}

/** The words alone, on one line: for quotes and what is read out. */
export function plainText(text: string): string {
  const words = (inline: Inline): string =>
    'children' in inline ? inline.children.map(words).join('') : inline.text;
  return parseBlocks(text)
    .map((block) =>
      block.kind === 'mono'
        ? block.text
        : 'items' in block
          ? block.items.map((item) => item.map(words).join('')).join(' · ')
          : block.children.map(words).join(''),
    )
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}
