import { ChaskiError } from '@chaski/sdk';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';

/** What a heading is mapped to while its attribute is still to be made. */
export const newAttribute = 'new';

/** A key that nobody has, from what a list calls its column. Other scripts have no letters for it: `column`. */
function keyFor(heading: string, taken: ReadonlySet<string>): string {
  const word = heading
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40);
  const base = word === '' ? 'column' : word;
  let key = base;
  for (let n = 2; taken.has(key); n += 1) key = `${base}_${n}`;
  return key;
}

/** What was asked for, by heading, until its answer is there. */
export type AskedAttributes = Map<string, { key: string; attempt: ReturnType<typeof once> }>;

/**
 * Makes what is to be made, one after the other; `made` hears of each, so that a second try makes none twice. Where an
 * answer got lost, the second try finds the key taken by itself: it asks again for what `asked` holds.
 */
export async function makeAttributes(
  mapping: Readonly<Record<string, string>>,
  asked: AskedAttributes,
  made: (mapping: Record<string, string>) => void,
): Promise<Record<string, string>> {
  let done = { ...mapping };
  const taken = new Set((await chaski.contactAttributes.list()).data.map(({ key }) => key));
  for (const [heading, column] of Object.entries(mapping)) {
    if (column !== newAttribute) continue;
    const { key, attempt } = asked.get(heading) ?? { key: keyFor(heading, taken), attempt: once() };
    asked.set(heading, { key, attempt });
    // As text: whatever a cell says is one. A day or a choice is made under settings, before the list.
    const body = { key, label: heading.slice(0, 100), type: 'text' } as const;
    try {
      await chaski.contactAttributes.create({ body }, attempt);
    } catch (error) {
      if (error instanceof ChaskiError && error.status < 500) asked.delete(heading);
      throw error;
    }
    asked.delete(heading);
    taken.add(key);
    done = { ...done, [heading]: `attribute:${key}` };
    made(done);
  }
  return done;
}
