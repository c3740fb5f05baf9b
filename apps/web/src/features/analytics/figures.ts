/** Seconds as people say them: the two largest parts, in the reader's language. */
export function durationOf(seconds: number | null, language: string): string {
  if (seconds === null) return '–';
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  const parts: string[] = [];
  let rest = seconds;
  for (const [name, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const) {
    const value = Math.floor(rest / size);
    rest -= value * size;
    if (value > 0 && parts.length < 2) parts.push(unit(value, name));
    // After the first part only its neighbour tells anything: nobody says "3 days 4 seconds".
    else if (parts.length > 0) break;
  }
  return parts.join(' ') || unit(0, 'second');
}

/** A share in the reader's language; a dash where there is nothing to share. */
export function shareOf(part: number, whole: number, language: string): string {
  if (whole === 0) return '–';
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(part / whole);
}
