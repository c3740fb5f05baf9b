const morning = 9;
const hourMs = 3_600_000;

/** Pure: what one snoozes for, in the member's own zone. `untilReply`: as long as the server lets a snooze last. */
export function snoozeTimes(now: Date): { name: string; until: Date }[] {
  const at = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, morning);
  const later = new Date(Math.ceil((now.getTime() + 3 * hourMs) / hourMs) * hourMs);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const times = [
    // In the evening it would be the night.
    ...(later.getDate() === now.getDate() ? [{ name: 'later', until: later }] : []),
    { name: 'tomorrow', until: at(1) },
    { name: 'nextWeek', until: at(toMonday) },
    { name: 'nextMonth', until: new Date(now.getFullYear(), now.getMonth() + 1, 1, morning) },
    { name: 'untilReply', until: at(364) },
  ];
  // On a Sunday next week is tomorrow, on the last day of a month next month: said once.
  const moments = times.map(({ until }) => until.getTime());
  return times.filter(({ until }, n) => moments.indexOf(until.getTime()) === n);
}
