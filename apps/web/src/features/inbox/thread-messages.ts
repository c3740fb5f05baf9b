import type { Message } from '@chaski/sdk';

const isBefore = (a: Message, b: Message): boolean =>
  a.shownAt < b.shownAt || (a.shownAt === b.shownAt && a.id < b.id);

/** Replaces what is known and puts what is new into its place; unchanged messages stay the same objects. */
export function withMessages(known: readonly Message[], fresh: readonly Message[]): readonly Message[] {
  const places = new Map(known.map(({ id }, at) => [id, at]));
  const messages = [...known];
  let changed = false;
  let unsorted = false;
  for (const message of [...fresh].sort((a, b) => (isBefore(a, b) ? -1 : 1))) {
    const at = places.get(message.id);
    if (at === undefined) {
      const last = messages.at(-1);
      unsorted ||= last !== undefined && isBefore(message, last);
      places.set(message.id, messages.push(message) - 1);
      changed = true;
    } else if (JSON.stringify(messages[at]) !== JSON.stringify(message)) {
      unsorted ||= messages[at]!.shownAt !== message.shownAt;
      messages[at] = message;
      changed = true;
    }
  }
  if (!changed) return known;
  return unsorted ? messages.sort((a, b) => (isBefore(a, b) ? -1 : 1)) : messages;
}
