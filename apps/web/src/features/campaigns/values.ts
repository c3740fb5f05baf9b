/** What filled a template for one person, in a row. Pure. */
import { offerEnds } from '@chaski/contracts';

export function valuesInWords(values: Readonly<Record<string, string>>, language: string): string {
  const ends = offerEnds(values);
  // The end of an offer is frozen as a moment; it is read as everywhere on the page.
  return Object.values(
    ends === null
      ? values
      : {
          ...values,
          'offer:time': new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
            ends,
          ),
        },
  ).join(' · ');
}
