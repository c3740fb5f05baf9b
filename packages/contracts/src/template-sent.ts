/** The components of a template send, read: whatever is of the wrong kind reads as missing. */

export type Rec = Record<string, unknown>;

export const rec = (value: unknown): Rec =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Rec) : {};
export const list = (value: unknown): Rec[] => (Array.isArray(value) ? value.map(rec) : []);
export const lower = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : '');

/** The cards, in the order sent. */
export function cardsOf(sent: readonly unknown[]): Rec[] {
  return list(list(sent).find(({ type }) => lower(type) === 'carousel')?.cards);
}

/** Of the whole template, or of one card. */
export function componentsOf(sent: readonly unknown[], card: number | null): Rec[] {
  if (card === null) return list(sent);
  const cards = cardsOf(sent);
  const found = cards.find(({ cardIndex }) => Number(cardIndex) === card) ?? cards[card];
  return list(found?.components);
}
