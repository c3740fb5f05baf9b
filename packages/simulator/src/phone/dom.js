/** Small helpers to build the page. Text always enters as text nodes, so nothing a person types is ever markup. */

/** h('button.primary', { onclick }, 'Send') */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else element.setAttribute(name, String(value));
  }
  element.append(
    ...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

const paths = {
  send: 'M3 20.500v-7l9-1.500-9-1.500v-7L21.500 12z',
  plus: 'M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z',
  back: 'M15.400 5 8.400 12l7 7 1.500-1.500L11.400 12l5.500-5.500z',
  bolt: 'M13 2 4.500 13.500H11L10 22l9-12h-6.500z',
  phone:
    'M6.600 3 10 6.400 8.300 9.600a13 13 0 0 0 6.100 6.100l3.200-1.700L21 17.400 18.600 20.500c-8.200.6-15.700-6.900-15.100-15.100z',
  theme: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18m0 1.8v14.4a7.2 7.2 0 0 0 0-14.4',
  close:
    'm6.400 5 5.600 5.600L17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400-5.600-5.600L6.400 19 5 17.600l5.600-5.600L5 6.400z',
  file: 'M6 2h8l5 5v15H6zm7 1.500V8h4.500z',
  pin: 'M12 2a7 7 0 0 1 7 7c0 5-7 13-7 13S5 14 5 9a7 7 0 0 1 7-7m0 4.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5',
  reply: 'M10 8V4l-7 7 7 7v-4.100c5 0 8.500 1.600 11 5.100-1-5-4-10-11-11',
  smile:
    'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18m0 1.800a7.200 7.200 0 1 0 0 14.400 7.200 7.200 0 0 0 0-14.400M8 13h8a4 4 0 0 1-8 0m1-4.500a1.200 1.200 0 1 1 0 2.400 1.200 1.200 0 0 1 0-2.400m6 0a1.200 1.200 0 1 1 0 2.400 1.200 1.200 0 0 1 0-2.400',
  list: 'M4 6h2v2H4zm4 0h12v2H8zM4 11h2v2H4zm4 0h12v2H8zM4 16h2v2H4zm4 0h12v2H8z',
  tick: 'm2 12.500 1.400-1.400L7 14.700l8.600-8.600L17 7.500l-10 10z',
  ticks:
    'm.5 12.500 1.400-1.400 3.600 3.600.7-.7 1.400 1.400-2.100 2.100zm6 0 1.400-1.400 3.600 3.600 8.600-8.600 1.400 1.400-10 10zm8-5L9.300 12.700 7.900 11.300l5.200-5.200z',
  clock:
    'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16m0 1.600a6.400 6.400 0 1 0 0 12.800 6.400 6.400 0 0 0 0-12.800M11.200 8h1.600v3.700l2.600 1.500-.8 1.400-3.400-2z',
};

const svg = 'http://www.w3.org/2000/svg';

export function icon(name, className = 'icon') {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('viewBox', '0 0 24 24');
  element.setAttribute('class', className);
  element.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', paths[name]);
  element.append(path);
  return element;
}

/** What an element was made from: two with the same key show the same. */
export const keys = new WeakMap();

export function keyed(element, key) {
  keys.set(element, key);
  return element;
}

/**
 * Gives `old` the children of `fresh`, but leaves in place those with an equal key: a tick that arrives must not stop
 * a voice note or take the focus away, its own neither. A kept list is gone through in the same way; of another kept
 * child the part that is `.changing` is the fresh one's.
 */
export function morph(old, fresh) {
  const before = new Map(
    [...old.children].filter((child) => keys.has(child)).map((child) => [keys.get(child), child]),
  );
  const wanted = [...fresh.children].map((child) => {
    const kept = keys.has(child) ? before.get(keys.get(child)) : undefined;
    if (kept?.localName === 'ol') morph(kept, child);
    else if (kept) {
      Object.assign(kept.dataset, child.dataset);
      kept.querySelector('.changing')?.replaceWith(child.querySelector('.changing'));
    }
    return kept ?? child;
  });
  const keep = new Set(wanted);
  for (const child of [...old.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, i) => {
    if (old.children[i] !== child) old.insertBefore(child, old.children[i] ?? null);
  });
}

const focusable = 'button, a, input, textarea, select, [tabindex], audio, video';

/** Draws, and if what had the focus was replaced gives it to what stands in the same place. */
export function keepingFocus(draw) {
  const had = document.activeElement;
  const holder = had?.closest('[data-id], [data-fault], .composer, header, nav, aside, main');
  const pane = had?.closest('#app > *');
  const index = holder ? [...holder.querySelectorAll(focusable)].indexOf(had) : -1;
  const text = had && 'selectionStart' in had ? [had.selectionStart, had.selectionEnd] : null;
  draw();
  if (index < 0 || !pane || had.isConnected) return;
  const [attribute] = ['data-id', 'data-fault'].filter((name) => holder.hasAttribute(name));
  const selector = attribute
    ? `[${attribute}="${CSS.escape(holder.getAttribute(attribute))}"]`
    : holder === pane
      ? null
      : `${holder.localName}`;
  const place = document.querySelector(`#app > ${pane.localName}`);
  const again = (selector ? place?.querySelector(selector) : place)?.querySelectorAll(focusable)[index];
  again?.focus({ preventScroll: true });
  if (text && text[0] !== null && again && 'selectionStart' in again) again.setSelectionRange(...text);
}

/** A modal sheet that returns focus to whatever opened it. */
export function sheet(title, content, { onclose } = {}) {
  const opener = document.activeElement;
  const dialog = h('dialog.sheet', { 'aria-label': title }, h('h2', {}, title), content);
  dialog.addEventListener('close', () => {
    dialog.remove();
    opener?.focus?.();
    onclose?.();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
