/** Makes an element: attributes, `on…` listeners, children (texts are texts, never markup). */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(
    ...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return made;
}

/** A text with `code` in it. */
export function prose(text) {
  return text.split('`').map((part, n) => (n % 2 === 1 ? el('code', {}, part) : part));
}

/** A block of code with a button that copies it; code runs from left to right in every language. */
export function codeBlock(label, text) {
  const said = el('span', { role: 'status', class: 'said' });
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    said.textContent = 'Copied';
    setTimeout(() => {
      said.textContent = '';
    }, 2000);
  };
  return el(
    'figure',
    { class: 'code' },
    el(
      'figcaption',
      {},
      label,
      said,
      // Only where the browser lets a page copy: https, or this machine.
      navigator.clipboard &&
        el('button', { type: 'button', 'aria-label': `Copy: ${label}`, onclick: copy }, 'Copy'),
    ),
    el('pre', { dir: 'ltr', tabindex: '0', role: 'region', 'aria-label': label }, text),
  );
}
