/** What is too old: pure. */

export interface Keeping {
  /** null: for ever */
  messageMonths: number | null;
  mediaMonths: number | null;
}

const least = (...all: (number | null)[]): number | null => {
  const some = all.filter((one) => one !== null);
  return some.length === 0 ? null : Math.min(...some);
};

/** What holds: the workspace's word within the installation's. A file never outlives its message. */
export function keepingOf(own: Keeping, mostMonths: number | null): Keeping {
  const messageMonths = least(own.messageMonths, mostMonths);
  return { messageMonths, mediaMonths: least(own.mediaMonths, messageMonths) };
}

/** The same day and time so many months ago; the last of a month that is shorter. UTC: a sweep needs no zone. */
export function monthsBefore(now: Date, months: number): Date {
  const then = new Date(now);
  then.setUTCDate(1);
  then.setUTCMonth(then.getUTCMonth() - months);
  const days = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate();
  then.setUTCDate(Math.min(now.getUTCDate(), days));
  return then;
}
