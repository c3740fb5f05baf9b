import { say } from '../i18n/words.ts';

/** The rule that is broken by what stands in a field, and its limit. */
function broken(field: HTMLInputElement): [rule: string, limit?: string | number] {
  const { validity } = field;
  if (validity.valueMissing) return ['missing'];
  if (validity.typeMismatch) return [field.type];
  if (validity.tooShort) return ['tooShort', field.minLength];
  if (validity.rangeUnderflow) return ['tooSmall', field.min];
  if (validity.rangeOverflow) return ['tooLarge', field.max];
  return ['other'];
}

const told = new Set<HTMLInputElement>();

function forget(): void {
  for (const field of told) field.setCustomValidity('');
  told.clear();
}

/**
 * The browser says what is wrong with a field, at the field, and goes there; it would say so in its own language. Ours is
 * taken back with whatever is done next: a field that has words of its own counts as wrong whatever stands in it.
 */
export function speakOfFields(): void {
  document.addEventListener(
    'invalid',
    ({ target }) => {
      const field = target as HTMLInputElement;
      const [rule, limit] = broken(field);
      field.setCustomValidity(say(`form.rule.${rule}`, { limit }));
      told.add(field);
    },
    true,
  );
  for (const deed of ['input', 'keydown', 'pointerdown', 'click'])
    document.addEventListener(deed, forget, true);
}
