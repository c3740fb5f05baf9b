/**
 * Whether what arrives is followed. Pure: the thread tells where it stands, and hears whether to go to the end.
 *
 * Following begins where one stands near the end and ends when one moves up; that content grows, rows are measured or
 * the pane shrinks ends nothing. A flag that each scroll event sets from the distance alone was tried: a burst of
 * fifteen messages puts the end far away before the first scroll is through, and the flag fell.
 */
export interface Place {
  /** How far down one is, and how far down one can be. */
  top: number;
  max: number;
}

export interface Follow extends Place {
  following: boolean;
  /** The last line when one last stood at the end; later ones are new. null: not opened yet. */
  seen: string | null;
  /** One was sent elsewhere and has not got away yet: being near the end counts for nothing until then, or until one's own hand. */
  leaving: boolean;
}

/** Nearer to the end than this counts as at the end. */
export const nearEnd = 80;
/** Browsers round what one scrolls to. */
const rounding = 1;

export const unplaced: Follow = { top: 0, max: 0, following: false, seen: null, leaving: false };

/** Opened, at the end or at the first unread. What lies below then is unread, not new. */
export function opened(atEnd: boolean, last: string): Follow {
  return { ...unplaced, following: atEnd, seen: last };
}

/** After a scroll and after each change of what is shown. `pull`: go to the end now. */
export function look(before: Follow, place: Place, last: string | null): { now: Follow; pull: boolean } {
  const movedUp = place.top - before.top < Math.min(0, place.max - before.max) - rounding;
  const left = place.max - place.top;
  const near = left <= nearEnd;
  // Not by moving down: the virtual list moves one along with its end while rows there are measured.
  const leaving = before.leaving && near;
  // That the end comes near by itself, because rows below turn out smaller, takes nobody along.
  const arrived = left <= rounding || (near && place.top > before.top + rounding);
  const following = !leaving && (arrived || (before.following && (near || !movedUp)));
  const grew = Math.abs(place.max - before.max) > rounding;
  return {
    now: { ...place, following, seen: following ? last : before.seen, leaving },
    pull: following && grew && place.max - place.top > rounding,
  };
}

/** One wants to be at the end: the pill, or words of one's own. */
export function toEnd(before: Follow, last: string | null): Follow {
  return { ...before, following: true, seen: last, leaving: false };
}

/** One moves by oneself: where one stands counts again. */
export function byHand(before: Follow): Follow {
  return { ...before, leaving: false };
}

/** One is taken somewhere else. */
export function away(before: Follow): Follow {
  return { ...before, following: false, leaving: true };
}
