/** How one message looks. Mirrors WhatsApp: header, body, footer, time and ticks; buttons hang below the bubble. */
import { api } from './api.js';
import { h, icon } from './dom.js';
import { language, t } from './words.js';

/** In the order of the groups below. */
const inlineMarks = ['code', 'code', 'strong', 'em', 's'];

/** WhatsApp's marks (*bold* _italic_ ~strike~ ```mono``` `mono`) and links, as nodes. */
export function formatted(text) {
  const nodes = [];
  const pattern =
    /```([\s\S]+?)```|`([^`\n]+)`|(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)|(?<![\w_])_([^\s_](?:[^_\n]*[^\s_])?)_(?!\w)|(?<![\w~])~([^\s~](?:[^~\n]*[^\s~])?)~(?!\w)|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) nodes.push(text.slice(at, match.index));
    const group = match.slice(1).findIndex((part) => part !== undefined);
    const said = match[group + 1];
    const tag = inlineMarks[group];
    if (tag === undefined)
      nodes.push(h('a', { href: said, target: '_blank', rel: 'noopener noreferrer' }, said));
    else nodes.push(h(tag, {}, ...(tag === 'code' ? [said] : formatted(said))));
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

function sizeOf(bytes) {
  if (bytes === null) return '';
  const [unit, size] = bytes >= 1e6 ? ['megabyte', 1e6] : bytes >= 1e3 ? ['kilobyte', 1e3] : ['byte', 1];
  return new Intl.NumberFormat(language(), {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / size);
}

function file(kind, media, voice) {
  // the page loads nothing from elsewhere; what was sent by link is shown as one
  if (!media.id)
    return h(
      'a.document',
      { href: media.link, target: '_blank', rel: 'noopener noreferrer' },
      icon('file'),
      h(
        'span',
        {},
        h('bdi', {}, media.filename ?? t(kind === 'image' ? 'photo' : 'file')),
        h('small', { dir: 'ltr' }, media.link),
      ),
    );
  const url = api.mediaUrl(media.id);
  if (kind === 'image' || kind === 'sticker')
    return h('img.media', { src: url, alt: media.filename ?? t('photo'), loading: 'lazy' });
  if (kind === 'video') return h('video.media', { src: url, controls: true, preload: 'metadata' });
  if (kind === 'audio')
    return h('audio.audio', {
      src: url,
      controls: true,
      preload: 'none',
      'aria-label': voice ? t('audio') : (media.filename ?? t('file')),
    });
  return h(
    'a.document',
    { href: url, download: media.filename ?? '' },
    icon('file'),
    h('span', {}, h('bdi', {}, media.filename ?? t('document')), h('small', {}, sizeOf(media.size))),
  );
}

function header(value) {
  if (!value) return null;
  if (value.kind === 'text') return h('p.head', { dir: 'auto' }, value.text);
  if (value.kind === 'location')
    return h('p.head', { dir: 'auto' }, icon('pin'), ` ${value.name} ${value.address}`);
  return file(value.kind, value.media);
}

const lineMarks = [
  { tag: 'ul', pattern: /^[-*] +(\S.*)$/s },
  { tag: 'ol', pattern: /^(\d{1,3})\. +(\S.*)$/s },
  { tag: 'blockquote', pattern: /^> (\S.*)$/s },
];
const noMark = { tag: 'p', pattern: /^(.*)$/s };

/** A line ends where no ``` is open. */
function linesOf(text) {
  const lines = [''];
  for (const part of text.split(/(```[\s\S]+?```|\n)/)) {
    if (part === '\n') lines.push('');
    else lines[lines.length - 1] += part;
  }
  return lines;
}

/** What begins with WhatsApp's marks of a list, a numbered list or a quote is one; what lies between is text. */
function body(text) {
  if (!text) return null;
  const blocks = [];
  for (const line of linesOf(text)) {
    const { tag, pattern } = lineMarks.find((mark) => mark.pattern.test(line)) ?? noMark;
    if (blocks.at(-1)?.tag !== tag) blocks.push({ tag, lines: [] });
    blocks.at(-1).lines.push(line.match(pattern));
  }
  return blocks.map(({ tag, lines }) => {
    const said = lines.map((line) => line.at(-1));
    if (tag === 'ul' || tag === 'ol')
      return h(
        `${tag}.text`,
        { dir: 'auto', start: tag === 'ol' ? lines[0][1] : null },
        said.map((line) => h('li', {}, ...formatted(line))),
      );
    // an empty line at the end shows only with one more behind it
    return h(
      `${tag}.text`,
      { dir: 'auto' },
      ...formatted(said.join('\n') + (said.at(-1) === '' ? '\n' : '')),
    );
  });
}

function rich(content) {
  return [
    header(content.header),
    body(content.body),
    content.footer ? h('p.foot', { dir: 'auto' }, content.footer) : null,
    content.cards
      ? h(
          'div.cards',
          { tabindex: 0, role: 'group' },
          content.cards.map((card) => h('div.card', {}, header(card.header), body(card.body))),
        )
      : null,
  ];
}

/** The inside of a bubble by content type. */
export function contentOf(content) {
  switch (content.type) {
    case 'text':
      return [body(content.body)];
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return [file(content.type, content.media, content.voice), body(content.caption)];
    case 'location':
      return [
        h(
          'p.place',
          {},
          icon('pin'),
          h(
            'span',
            { dir: 'auto' },
            content.name ?? t('location'),
            h('small', {}, content.address ?? `${content.latitude}, ${content.longitude}`),
          ),
        ),
      ];
    case 'contacts':
      return content.contacts.map((card) =>
        h(
          'p.place',
          {},
          h('span.avatar.small', { 'aria-hidden': 'true' }, initials(card.name)),
          h('span', { dir: 'auto' }, card.name, h('small', {}, [...card.phones, ...card.emails].join(' · '))),
        ),
      );
    case 'interactive':
      return rich(content);
    case 'template':
      return [h('small.kind', {}, `${t('template')} · ${content.name}`), ...rich(content)];
    case 'button_reply':
    case 'list_reply':
      return [
        body(content.title),
        content.description ? h('p.foot', { dir: 'auto' }, content.description) : null,
      ];
    case 'template_button':
      return [body(content.text)];
    case 'flow_reply':
      return [h('p.text', {}, content.name), h('code.json', {}, content.response)];
    case 'call_permission':
      return [body(t(content.accepted ? 'callsAllowed' : 'callsRefused'))];
    case 'system':
      return [body(content.body)];
    default:
      return [h('p.foot', {}, content.body ?? t('unsupported'))];
  }
}

const secondsOf = (seconds) =>
  new Intl.NumberFormat(language(), { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(seconds);

/** A call in a line: how long it was, or why it was none. */
function callLine({ state, seconds }) {
  const words = { ringing: 'calling', connected: 'talking', missed: 'callMissed', declined: 'callDeclined' };
  return `${t('voiceCall')} · ${state === 'ended' ? secondsOf(seconds) : t(words[state])}`;
}

const plain = (text) =>
  text &&
  formatted(text)
    .map((node) => (typeof node === 'string' ? node : node.textContent))
    .join('');

/** One line of a message for quotes and for screen readers. */
export function lineOf(content) {
  if (content.type === 'call') return callLine(content);
  if (content.type === 'call_permission') return t(content.accepted ? 'callsAllowed' : 'callsRefused');
  return (
    plain(content.body) ??
    content.caption ??
    content.title ??
    content.text ??
    content.name ??
    content.media?.filename ??
    t(content.type === 'image' ? 'photo' : 'file')
  );
}

export function initials(name) {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0] ?? '')
    .join('')
    .toLocaleUpperCase(language());
}

const clockOf = (time) =>
  new Intl.DateTimeFormat(language(), { hour: '2-digit', minute: '2-digit' }).format(time);

function ticks(tick) {
  const name = tick === 'pending' ? 'clock' : tick === 'sent' ? 'tick' : 'ticks';
  return h(`span.ticks.${tick}`, { title: t(tick), role: 'img', 'aria-label': t(tick) }, icon(name));
}

/** What is drawn of a message once and stays: all but its ticks and reactions, which `.changing` shows. */
export const lasting = ({ tick: _tick, read: _read, reactions: _reactions, ...message }) =>
  JSON.stringify(message);

/** A whole row: bubble, reactions, the buttons below it, and what one can do with it. */
export function bubble(message, { quoted, answered, actions }) {
  const own = message.direction === 'outgoing';
  const content = message.content;
  if (content.type === 'system')
    return h('li.note', { 'data-id': message.id }, h('span', { dir: 'auto' }, content.body));
  if (content.type === 'call')
    return h('li.note', { 'data-id': message.id }, h('span', {}, icon('phone'), ` ${callLine(content)}`));
  const buttons = [...(content.buttons ?? []), ...(content.cards ?? []).flatMap((card) => card.buttons)];
  return h(
    `li.row.${own ? 'own' : 'theirs'}`,
    { 'data-id': message.id, 'data-tick': message.tick },
    h(
      // a prefix: `document` and `audio` are also what lies inside
      `div.bubble.kind-${content.type}`,
      {},
      quoted
        ? h(
            'button.quote',
            { type: 'button', onclick: () => actions.jump(quoted.id) },
            h('b', {}, quoted.direction === 'outgoing' ? t('you') : actions.businessName),
            h('span', { dir: 'auto' }, lineOf(quoted.content)),
          )
        : null,
      ...contentOf(content),
      h(
        'div.changing',
        {},
        h(
          'span.meta',
          {},
          h('time', { datetime: new Date(message.time).toISOString() }, clockOf(message.time)),
          own && message.tick ? ticks(message.tick) : null,
        ),
        message.reactions.length > 0
          ? h('span.reactions', {}, message.reactions.map((reaction) => reaction.emoji).join(''))
          : null,
      ),
    ),
    h(
      'div.tools',
      {},
      h(
        'button.tool',
        {
          type: 'button',
          title: t('reply'),
          'aria-label': t('reply'),
          onclick: () => actions.reply(message),
        },
        icon('reply'),
      ),
      h(
        'button.tool',
        {
          type: 'button',
          title: t('react'),
          'aria-label': t('react'),
          onclick: (event) => actions.react(message, event.currentTarget),
        },
        icon('smile'),
      ),
    ),
    content.list
      ? h(
          'div.buttons',
          {},
          h(
            'button',
            { type: 'button', disabled: answered, onclick: () => actions.openList(message) },
            icon('list'),
            content.list.button,
          ),
        )
      : buttons.length > 0
        ? h(
            'div.buttons',
            {},
            buttons.map((button) =>
              h(
                'button',
                {
                  type: 'button',
                  dir: 'auto',
                  disabled: answered && (button.kind === 'reply' || button.kind === 'quick_reply'),
                  onclick: () => actions.tap(message, button),
                },
                button.title,
              ),
            ),
          )
        : null,
  );
}
