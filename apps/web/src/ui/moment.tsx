import { useTranslation } from '../i18n/words.ts';

/** A day and a time in the reader's zone and language. */
export function Moment({ at, never }: { at: string | null; never?: string }) {
  const { i18n } = useTranslation();
  if (at === null) return <>{never ?? '–'}</>;
  return (
    <time dateTime={at}>
      {new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(
        new Date(at),
      )}
    </time>
  );
}
