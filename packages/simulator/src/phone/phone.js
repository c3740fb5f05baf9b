/**
 * The phone: people on the left, the chat of one person with one number in the middle, faults in a drawer.
 * One state object, one render per part; the stream changes the state. Address: #/{person}/{number}.
 */
import { api, Unreachable } from './api.js';
import { bubble, initials, lasting, lineOf } from './bubbles.js';
import { h, icon, keepingFocus, keyed, keys, morph, sheet } from './dom.js';
import { named } from './fault-words.js';
import { chosenLanguage, language, languages, t, useLanguage } from './words.js';

const app = document.getElementById('app');
const live = document.getElementById('live');

const state = {
  people: [],
  /** What came for whom while one held another phone, by person. */
  unread: new Map(),
  numbers: [],
  person: null,
  number: null,
  chat: null,
  faults: [],
  faultsOpen: false,
  replyTo: null,
  search: '',
  offline: false,
  problem: null,
  drafts: new Map(),
};

const theme = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem('sim-theme');
if (theme) document.documentElement.dataset.theme = theme;
useLanguage(chosenLanguage());

const say = (text) => {
  live.textContent = text;
};

async function attempt(work, unreachable = 'unreachable') {
  try {
    const before = state.problem;
    state.problem = null;
    const done = await work();
    if (before) drawChat();
    return done;
  } catch (error) {
    state.problem = error instanceof Unreachable ? t(unreachable) : t('failed', { reason: error.message });
    say(state.problem);
    drawChat();
    return null;
  }
}

// ── people ──

function drawPeople() {
  const wanted = state.search.trim().toLocaleLowerCase();
  const shown = state.people.filter(
    (person) =>
      !wanted ||
      `${person.name} ${person.phone ?? ''} ${person.username ?? ''}`.toLocaleLowerCase().includes(wanted),
  );
  const pane = h(
    'nav.people',
    { 'aria-label': t('people') },
    h(
      'header.bar',
      {},
      h('h1', {}, t('people')),
      h(
        'select.language',
        { 'aria-label': t('language'), onchange: (event) => switchLanguage(event.target.value) },
        Object.entries(languages).map(([code, entry]) =>
          h('option', { value: code, selected: code === language() }, entry.name),
        ),
      ),
      h(
        'button.iconic',
        { type: 'button', 'aria-label': t('theme'), title: t('theme'), onclick: switchTheme },
        icon('theme'),
      ),
      h(
        'button.iconic',
        { type: 'button', 'aria-label': t('newPerson'), title: t('newPerson'), onclick: openNewPerson },
        icon('plus'),
      ),
    ),
    h('input.search', {
      type: 'search',
      value: state.search,
      placeholder: t('search'),
      'aria-label': t('search'),
      oninput: (event) => {
        state.search = event.target.value;
        drawPeople();
      },
    }),
    h(
      'ul',
      {},
      shown.map((person) =>
        h(
          'li',
          {},
          h(
            'button.person',
            {
              type: 'button',
              'aria-current': person.id === state.person?.id ? 'true' : undefined,
              onclick: () => go(person.id, state.number?.id ?? state.numbers[0]?.id),
            },
            h('span.avatar', { 'aria-hidden': 'true' }, initials(person.name)),
            h(
              'span',
              {},
              h('bdi', {}, person.name),
              h(
                'small',
                { dir: 'ltr' },
                person.phoneHidden || !person.phone
                  ? person.username
                    ? `@${person.username}`
                    : t('noPhone')
                  : `+${person.phone}`,
              ),
            ),
            unreadOf(person),
          ),
        ),
      ),
    ),
  );
  keepingFocus(() => replace('.people', pane));
}

function unreadOf({ id }) {
  const count = state.unread.get(id);
  if (!count) return null;
  return h('span.unread', { role: 'img', 'aria-label': t('unread', { count }) }, String(count));
}

function openNewPerson() {
  const name = h('input', { name: 'name', required: true, autocomplete: 'off' });
  const phone = h('input', {
    name: 'phone',
    inputmode: 'tel',
    dir: 'ltr',
    placeholder: '15551234567',
    pattern: '\\+?[0-9]{6,15}',
  });
  const dialog = sheet(
    t('newPerson'),
    h(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          void attempt(async () => {
            const person = await api.addPerson({
              name: name.value,
              ...(phone.value ? { phone: phone.value.replace(/\D/g, '') } : {}),
            });
            if (!state.people.some((known) => known.id === person.id)) state.people.push(person);
            dialog.close();
            go(person.id, state.number?.id ?? state.numbers[0]?.id);
          });
        },
      },
      h('label', {}, t('name'), name),
      h('label', {}, t('phoneOptional'), phone),
      h(
        'div.actions',
        {},
        h('button', { type: 'button', onclick: () => dialog.close() }, t('cancel')),
        h('button.primary', { type: 'submit' }, t('create')),
      ),
    ),
  );
}

// ── chat ──

/** Where the chat last stood at its end: whoever is further up has scrolled there. */
let end = 0;

function toEnd(messages) {
  messages.scrollTop = messages.scrollHeight;
  end = messages.scrollTop;
}

// Neither of these bubbles: they are caught on their way down.
app.addEventListener(
  'scroll',
  ({ target }) => {
    if (target.matches('.messages') && atEnd()) end = target.scrollTop;
  },
  true,
);
// Pictures and videos have their height when they come, which is after the chat was drawn.
for (const come of ['load', 'loadedmetadata'])
  app.addEventListener(
    come,
    ({ target }) => {
      const messages = target.closest('.messages');
      if (messages && messages.scrollTop >= end) toEnd(messages);
    },
    true,
  );

function drawChat({ stick = atEnd() } = {}) {
  keepingFocus(() => {
    const old = app.querySelector(':scope > .chat');
    const fresh = chatPane();
    // What stands there while nobody is chosen has no key: it is another element, not the same with other children.
    if (old && keys.has(fresh) && keys.get(old) === keys.get(fresh)) morph(old, fresh);
    else replace('.chat', fresh);
  });
  const messages = app.querySelector('.messages');
  if (messages && stick) toEnd(messages);
  const input = app.querySelector('.input');
  if (input) {
    const draft = state.drafts.get(`${state.person.id}/${state.number.id}`) ?? '';
    if (input.value !== draft) input.value = draft;
    grow(input);
  }
}

function atEnd() {
  const messages = app.querySelector('.messages');
  return !messages || messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
}

function chatPane() {
  if (!state.chat) {
    return h(
      'main.chat.blank',
      {},
      h(
        'div',
        {},
        h('h2', {}, state.numbers.length === 0 ? t('noNumbers') : t('choose')),
        h('p', {}, t('chooseHint')),
      ),
      state.offline ? h('p.problem', {}, t('offline')) : null,
    );
  }
  const { chat } = state;
  const typing = chat.typingUntil && chat.typingUntil > Date.now();
  const byId = new Map(chat.messages.map((message) => [message.id, message]));
  const answered = new Set(
    chat.messages
      .filter((message) =>
        ['button_reply', 'list_reply', 'template_button', 'call_permission'].includes(message.content.type),
      )
      .map((message) => message.context?.messageId),
  );
  const actions = {
    jump,
    reply,
    react,
    openList,
    tap,
    businessName: chat.number.verifiedName || chat.number.displayPhoneNumber,
  };
  let day = '';
  const rows = [];
  for (const message of chat.messages) {
    const label = dayOf(message.time);
    if (label !== day) {
      day = label;
      rows.push(keyed(h('li.day', {}, h('span', {}, label)), label));
    }
    rows.push(
      keyed(
        bubble(message, {
          quoted: message.context ? byId.get(message.context.messageId) : null,
          answered: answered.has(message.id),
          actions,
        }),
        `${language()} ${answered.has(message.id)} ${lasting(message)}`,
      ),
    );
  }
  const pane = h(
    'main.chat',
    {},
    h(
      'header.bar',
      {},
      h(
        'button.iconic.back',
        {
          type: 'button',
          'aria-label': t('back'),
          onclick: () => {
            location.hash = '';
          },
        },
        icon('back'),
      ),
      h('span.avatar.business', { 'aria-hidden': 'true' }, initials(actions.businessName)),
      h(
        'div.who',
        {},
        h('h2', {}, h('bdi', {}, actions.businessName)),
        h('p', { 'aria-live': 'polite' }, typing ? t('typing') : t('online')),
      ),
      state.numbers.length > 1
        ? h(
            'select',
            {
              'aria-label': t('chooseFrom'),
              dir: 'ltr',
              onchange: (event) => go(state.person.id, event.target.value),
            },
            state.numbers.map((number) =>
              h(
                'option',
                { value: number.id, selected: number.id === state.number.id },
                number.displayPhoneNumber,
              ),
            ),
          )
        : h('small.numeric', { dir: 'ltr' }, chat.number.displayPhoneNumber),
      h(
        'button.iconic',
        {
          type: 'button',
          'aria-label': t('call'),
          title: t('call'),
          disabled: Boolean(openCall()),
          onclick: () => phone('start'),
        },
        icon('phone'),
      ),
      h(
        'button.iconic',
        {
          type: 'button',
          'aria-label': t('faults'),
          title: t('faults'),
          'aria-expanded': String(state.faultsOpen),
          onclick: toggleFaults,
        },
        icon('bolt'),
      ),
    ),
    callBar(),
    h('p.window', {}, windowLine(chat)),
    keyed(
      h(
        'ol.messages',
        { tabindex: 0, 'aria-label': actions.businessName },
        rows.length > 0 ? rows : h('li.note', {}, h('span', {}, t('empty'))),
      ),
      'messages',
    ),
    state.offline ? h('p.problem', { role: 'alert' }, t('offline')) : null,
    state.problem ? h('p.problem', { role: 'alert' }, state.problem) : null,
    keyed(composer(), `composer ${language()} ${state.replyTo?.id}`),
  );
  return keyed(pane, `${state.person.id}/${state.number.id}`);
}

// ── calls ──

const openCall = () =>
  state.chat?.messages.findLast(
    ({ content }) => content.type === 'call' && ['ringing', 'connected'].includes(content.state),
  );

/** What is going on with the telephone, and what one can do about it. */
function callBar() {
  const call = openCall();
  if (!call) return null;
  const rings = call.content.state === 'ringing';
  const own = call.direction === 'outgoing';
  const button = (selector, word, what) =>
    h(selector, { type: 'button', onclick: () => phone(what) }, t(word));
  return h(
    'div.call',
    { role: 'status' },
    h('span', {}, t(rings ? (own ? 'calling' : 'called') : 'talking')),
    rings && !own ? button('button.primary', 'answer', 'answer') : null,
    button('button.hang-up', rings && !own ? 'decline' : 'hangUp', 'hang_up'),
  );
}

async function phone(what) {
  const message = await attempt(() => api.call(state.person.id, state.number.id, what));
  if (!message) return;
  upsert(message);
  drawChat({ stick: true });
}

function windowLine(chat) {
  if (!chat.hasWindow) return t('windowNone');
  if (chat.windowUntil === null || chat.windowUntil < Date.now()) return t('windowShut');
  const minutes = Math.max(1, Math.round((chat.windowUntil - Date.now()) / 60000));
  const value = minutes >= 120 ? [Math.round(minutes / 60), 'hour'] : [minutes, 'minute'];
  return t('windowOpen', {
    time: new Intl.NumberFormat(language(), { style: 'unit', unit: value[1], unitDisplay: 'long' }).format(
      value[0],
    ),
  });
}

function dayOf(time) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return t('today');
  if (days === 1) return t('yesterday');
  return new Intl.DateTimeFormat(language(), { dateStyle: 'long' }).format(time);
}

function composer() {
  const key = `${state.person.id}/${state.number.id}`;
  const input = h('textarea.input', {
    rows: 1,
    dir: 'auto',
    placeholder: t('message'),
    'aria-label': t('message'),
    oninput: (event) => {
      state.drafts.set(key, event.target.value);
      grow(event.target);
    },
    onkeydown: (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        void sendText();
      }
      if (event.key === 'Escape' && state.replyTo) {
        state.replyTo = null;
        drawChat();
      }
    },
  });
  input.value = state.drafts.get(key) ?? '';
  return h(
    'form.composer',
    {
      onsubmit: (event) => {
        event.preventDefault();
        void sendText();
      },
    },
    state.replyTo
      ? h(
          'div.replying',
          {},
          h(
            'span',
            { dir: 'auto' },
            t('replyingTo', {
              name: state.replyTo.direction === 'outgoing' ? t('you') : state.chat.number.verifiedName,
            }),
            ': ',
            lineOf(state.replyTo.content),
          ),
          h(
            'button.iconic',
            {
              type: 'button',
              'aria-label': t('cancel'),
              onclick: () => {
                state.replyTo = null;
                drawChat();
              },
            },
            icon('close'),
          ),
        )
      : null,
    h(
      'button.iconic',
      { type: 'button', 'aria-label': t('attach'), title: t('attach'), onclick: openAttach },
      icon('plus'),
    ),
    input,
    h('button.iconic.send', { type: 'submit', 'aria-label': t('send'), title: t('send') }, icon('send')),
  );
}

function grow(input) {
  input.style.height = 'auto';
  input.style.height = `${Math.min(input.scrollHeight, 140)}px`;
}

async function sendText() {
  const key = `${state.person.id}/${state.number.id}`;
  const text = (state.drafts.get(key) ?? '').trim();
  if (!text) return;
  state.drafts.delete(key);
  if (await speak({ type: 'text', text }, 'unreachableKept')) return;
  // Back into the box, but not over what was typed since.
  if (!state.drafts.get(key)) state.drafts.set(key, text);
  drawChat();
}

/** Sends as the person; a message being replied to goes along as context. Whether it was sent. */
async function speak(message, unreachable) {
  const { replyTo, chat } = state;
  const context = replyTo?.id;
  state.replyTo = null;
  const sent = await attempt(
    () =>
      api.send(state.person.id, state.number.id, {
        ...message,
        ...(context && !message.context ? { context } : {}),
      }),
    unreachable,
  );
  if (!sent) {
    if (state.chat === chat) state.replyTo ??= replyTo;
    return false;
  }
  upsert(sent);
  drawChat({ stick: true });
  app.querySelector('.input')?.focus();
  return true;
}

function reply(message) {
  state.replyTo = message;
  drawChat();
  app.querySelector('.input').focus();
}

function jump(id) {
  const row = app.querySelector(`[data-id="${CSS.escape(id)}"]`);
  row?.scrollIntoView({ block: 'center' });
  row?.classList.add('flash');
  setTimeout(() => row?.classList.remove('flash'), 1200);
}

function react({ id }) {
  // As it is now: the row may be older than what stands on it.
  const known = state.chat.messages.find((message) => message.id === id);
  const mine = known?.reactions.find((reaction) => reaction.from === 'person');
  const put = (emoji) => {
    dialog.close();
    void attempt(async () => {
      upsert(await api.send(state.person.id, state.number.id, { type: 'reaction', messageId: id, emoji }));
      drawChat();
    });
  };
  const dialog = sheet(
    t('react'),
    h(
      'div.emoji',
      {},
      ['👍', '❤️', '😂', '😮', '😢', '🙏'].map((emoji) =>
        h('button', { type: 'button', onclick: () => put(emoji) }, emoji),
      ),
      mine ? h('button', { type: 'button', onclick: () => put('') }, t('removeReaction')) : null,
    ),
  );
}

function openList(message) {
  const { list } = message.content;
  const choose = (row) => {
    dialog.close();
    void speak({
      type: 'list_reply',
      id: row.id,
      title: row.title,
      ...(row.description ? { description: row.description } : {}),
      context: message.id,
    });
  };
  const dialog = sheet(
    list.button,
    h(
      'div.list',
      {},
      list.sections.map((section) =>
        h(
          'section',
          {},
          section.title ? h('h3', { dir: 'auto' }, section.title) : null,
          section.rows.map((row) =>
            h(
              'button',
              { type: 'button', onclick: () => choose(row) },
              h('span', { dir: 'auto' }, row.title, row.description ? h('small', {}, row.description) : null),
            ),
          ),
        ),
      ),
    ),
  );
}

function tap(message, button) {
  const context = message.id;
  switch (button.kind) {
    case 'reply':
      return speak({ type: 'button_reply', id: button.id, title: button.title, context });
    case 'quick_reply':
      return speak({ type: 'template_button', payload: button.payload, text: button.title, context });
    case 'url':
      // The window first: a browser opens one only while the tap lasts.
      void api
        .tap(state.person.id, state.number.id, context, button.title)
        .catch((error) => say(error.message));
      return window.open(button.url, '_blank', 'noopener,noreferrer');
    case 'copy_code':
      void navigator.clipboard?.writeText(button.code);
      return say(t('copied', { code: button.code }));
    case 'send_location':
      return speak({ type: 'location', latitude: -13.5319, longitude: -71.9675, name: 'Cusco', context });
    case 'share_contact':
      return speak({
        type: 'contacts',
        origin: 'contact_request',
        contacts: [
          {
            name: state.person.name,
            phones: state.person.phone ? [`+${state.person.phone}`] : [],
            emails: [],
          },
        ],
        context,
      });
    case 'allow_calls':
      return speak({ type: 'call_permission', accepted: button.accepted, context });
    case 'flow':
      return openFlow(button, context);
    default:
      return say(t('notHere'));
  }
}

function openFlow(button, context) {
  const area = h('textarea', { rows: 6, dir: 'ltr', 'aria-label': t('form') });
  area.value = JSON.stringify({ flow_token: button.flowToken, answer: 'yes' }, null, 2);
  const dialog = sheet(
    button.title,
    h(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          dialog.close();
          void speak({ type: 'flow_reply', name: 'flow', response: area.value, context });
        },
      },
      h('label', {}, t('form'), area),
      h(
        'div.actions',
        {},
        h('button', { type: 'button', onclick: () => dialog.close() }, t('cancel')),
        h('button.primary', { type: 'submit' }, t('send')),
      ),
    ),
  );
}

function openAttach() {
  const pick = (accept, make) => {
    dialog.close();
    const input = h('input', { type: 'file', accept });
    input.addEventListener('change', () => {
      const chosen = input.files[0];
      if (!chosen) return;
      void attempt(async () => {
        const media = await api.upload(chosen);
        await speak(make(media, chosen));
      });
    });
    input.click();
  };
  const at = (message) => {
    dialog.close();
    void speak(message);
  };
  const choices = [
    [
      t('photo'),
      () =>
        pick('image/jpeg,image/png,video/mp4,video/3gpp', (media, chosen) => ({
          type: chosen.type.startsWith('video') ? 'video' : 'image',
          mediaId: media.id,
        })),
    ],
    [
      t('document'),
      () => pick('', (media, chosen) => ({ type: 'document', mediaId: media.id, filename: chosen.name })),
    ],
    [t('audio'), () => pick('audio/*', (media) => ({ type: 'audio', mediaId: media.id, voice: true }))],
    [t('sticker'), () => pick('image/webp', (media) => ({ type: 'sticker', mediaId: media.id }))],
    [
      t('location'),
      () =>
        at({
          type: 'location',
          latitude: -13.5319,
          longitude: -71.9675,
          name: 'Plaza de Armas',
          address: 'Cusco',
        }),
    ],
    [
      t('contact'),
      () =>
        at({ type: 'contacts', contacts: [{ name: 'Ana Quispe', phones: ['+51984000111'], emails: [] }] }),
    ],
    [t('odd'), () => at({ type: 'unsupported' })],
  ];
  const dialog = sheet(
    t('attach'),
    h(
      'div.list',
      {},
      choices.map(([label, act]) => h('button', { type: 'button', onclick: act }, label)),
    ),
  );
}

// ── faults ──

function drawFaults() {
  if (!state.faultsOpen) return replace('.faults', h('aside.faults', { hidden: true }));
  const groups = Map.groupBy ? Map.groupBy(state.faults, (fault) => fault.group) : group(state.faults);
  const pane = h(
    'aside.faults',
    { 'aria-label': t('faults') },
    h(
      'header.bar',
      {},
      h('h2', {}, t('faults')),
      h('button.iconic', { type: 'button', 'aria-label': t('close'), onclick: toggleFaults }, icon('close')),
    ),
    h('p.hint', {}, t('faultsHint')),
    [...groups].map(([name, faults]) => {
      const { text, lang } = named(name, name);
      return h('section', {}, h('h3', { lang }, text), faults.map(fault));
    }),
  );
  keepingFocus(() => replace('.faults', pane));
}

function group(faults) {
  const groups = new Map();
  for (const entry of faults) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return groups;
}

function fault(entry) {
  const armed = entry.remaining !== 0;
  const name = named(entry.id, entry.name);
  const value = entry.value
    ? h('input', {
        value: entry.value.default,
        'aria-label': `${name.text}: ${t('value')} (${entry.value.unit})`,
        dir: 'ltr',
      })
    : null;
  const arm = (count) =>
    attempt(async () => {
      state.faults = await api.arm({
        id: entry.id,
        count,
        ...(value ? { value: value.value } : {}),
        ...(entry.needs === 'person' && state.person ? { personId: state.person.id } : {}),
        ...(entry.needs === 'number' && state.number ? { numberId: state.number.id } : {}),
      });
      drawFaults();
    });
  return h(
    'div.fault',
    { 'data-fault': entry.id, 'data-armed': String(armed) },
    h(
      'div',
      {},
      h('b', { lang: name.lang, dir: 'auto' }, name.text),
      h('p', { lang: 'en', dir: 'auto' }, entry.description),
      h(
        'small',
        {},
        armed && entry.mode === 'armed'
          ? t('armed', { count: entry.remaining ?? `${Math.round(entry.probability * 100)}%` })
          : '',
        entry.struck > 0 ? ` ${t('struck', { count: entry.struck })}` : '',
      ),
    ),
    value,
    h(
      'button',
      {
        type: 'button',
        'aria-label': `${entry.mode === 'action' ? t('now') : armed ? t('disarm') : t('arm')}: ${name.text}`,
        onclick: () => arm(entry.mode === 'armed' && armed ? 0 : 1),
      },
      entry.mode === 'action' ? t('now') : armed ? t('disarm') : t('arm'),
    ),
  );
}

function toggleFaults() {
  state.faultsOpen = !state.faultsOpen;
  app.dataset.faults = String(state.faultsOpen);
  drawFaults();
  drawChat();
}

// ── state ──

const order = ['pending', 'sent', 'delivered', 'read'];

/** An answer may be overtaken by the stream: its tick does not take back what is already known. */
function upsert(message) {
  if (!state.chat) return;
  const at = state.chat.messages.findIndex((known) => known.id === message.id);
  const before = state.chat.messages[at]?.tick;
  if (before && order.indexOf(before) > order.indexOf(message.tick)) message.tick = before;
  if (at >= 0) state.chat.messages[at] = message;
  else state.chat.messages.push(message);
}

const here = (event) =>
  event.personId === state.person?.id && event.numberId === state.number?.id && state.chat;

const onEvent = {
  message(event) {
    if (event.message.direction === 'incoming' && event.personId !== state.person?.id) {
      state.unread.set(event.personId, (state.unread.get(event.personId) ?? 0) + 1);
      drawPeople();
    }
    if (!here(event)) return;
    upsert(event.message);
    if (event.message.direction === 'incoming') {
      state.chat.typingUntil = null;
      say(lineOf(event.message.content));
      if (document.visibilityState === 'visible')
        void api.read(event.personId, event.numberId).catch(() => {});
    }
    drawChat();
  },
  status(event) {
    if (!here(event)) return;
    const message = state.chat.messages.find((known) => known.id === event.messageId);
    if (!message) return;
    if (event.tick) message.tick = event.tick;
    if (event.read !== undefined) message.read = event.read;
    drawChat();
  },
  window(event) {
    if (!here(event)) return;
    state.chat.windowUntil = event.until;
    drawChat();
  },
  typing(event) {
    if (!here(event)) return;
    state.chat.typingUntil = event.until;
    drawChat();
    setTimeout(() => drawChat(), Math.max(0, event.until - Date.now()) + 50);
  },
  reaction(event) {
    if (!here(event)) return;
    const message = state.chat.messages.find((known) => known.id === event.messageId);
    if (message) message.reactions = event.reactions;
    drawChat();
  },
  person(event) {
    const at = state.people.findIndex((known) => known.id === event.person.id);
    if (at >= 0) state.people[at] = event.person;
    else state.people.push(event.person);
    if (state.person?.id === event.person.id) state.person = event.person;
    drawPeople();
  },
  fault(event) {
    state.faults = event.faults;
    drawFaults();
  },
};

/** What the stream told while a chat was being loaded: told again when it is there. */
let meanwhile = null;

function listen() {
  const stream = new EventSource('/_phone/api/stream');
  for (const [type, act] of Object.entries(onEvent))
    stream.addEventListener(type, (event) => {
      const happened = () => act(JSON.parse(event.data));
      if (meanwhile) meanwhile.push(happened);
      else happened();
    });
  stream.addEventListener('open', () => {
    const wasOffline = state.offline;
    state.offline = false;
    if (wasOffline) void start();
  });
  stream.addEventListener('error', () => {
    state.offline = true;
    drawChat();
  });
}

function go(personId, numberId) {
  if (numberId) location.hash = `#/${encodeURIComponent(personId)}/${encodeURIComponent(numberId)}`;
}

async function route() {
  const [, personId, numberId] = location.hash.split('/').map(decodeURIComponent);
  state.person = state.people.find((person) => person.id === personId) ?? null;
  state.number = state.numbers.find((number) => number.id === numberId) ?? null;
  state.replyTo = null;
  const told = [];
  meanwhile = told;
  const chat = state.person && state.number ? await attempt(() => api.chat(personId, numberId)) : null;
  // somebody else was chosen in the meantime
  if (meanwhile !== told) return;
  meanwhile = null;
  state.chat = chat;
  for (const happened of told) happened();
  app.dataset.view = state.chat ? 'chat' : 'people';
  state.unread.delete(state.person?.id);
  drawPeople();
  drawChat({ stick: true });
  if (state.chat) {
    app.querySelector('.input')?.focus({ preventScroll: true });
    void api.read(personId, numberId).catch(() => {});
  }
}

async function start() {
  [state.people, state.numbers, state.faults] = await Promise.all([
    api.people(),
    api.numbers(),
    api.faults(),
  ]);
  drawFaults();
  await route();
}

function replace(selector, element) {
  const old = app.querySelector(`:scope > ${selector}`);
  if (old) old.replaceWith(element);
  else app.append(element);
}

function switchLanguage(code) {
  useLanguage(code);
  drawPeople();
  drawChat();
  drawFaults();
}

function switchTheme() {
  const dark =
    getComputedStyle(document.documentElement).colorScheme.includes('dark') &&
    !getComputedStyle(document.documentElement).colorScheme.includes('light');
  const next =
    (document.documentElement.dataset.theme ??
      (matchMedia('(prefers-color-scheme: dark)').matches || dark ? 'dark' : 'light')) === 'dark'
      ? 'light'
      : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem('sim-theme', next);
}

addEventListener('hashchange', () => void route());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && state.chat)
    void api.read(state.person.id, state.number.id).catch(() => {});
});

app.append(h('nav.people'), h('main.chat'), h('aside.faults', { hidden: true }));
start().then(listen, (error) => {
  state.offline = true;
  state.problem = error.message;
  drawChat();
  setTimeout(() => location.reload(), 3000);
});
