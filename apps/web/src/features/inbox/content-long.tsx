import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { laterDialog } from '../../ui/later.tsx';
import classes from './content.module.css';
import { startOf } from './content-cut.ts';
import { FormattedText } from './content-text.tsx';

const WholeText = laterDialog(() => import('./content-whole.tsx'));

/**
 * Words of a message; of very many the beginning, and the whole in a dialog. A bubble that grew in place would carry
 * whoever reads at the end of the thread past what they opened.
 */
export function LongText({ text, names }: { text: string; names?: readonly string[] | undefined }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const start = startOf(text);
  if (start === null) return <FormattedText text={text} names={names} />;
  return (
    <>
      <FormattedText text={`${start} …`} names={names} />
      <button type="button" className={classes.more} onClick={() => setOpened(true)}>
        {t('thread.readMore')}
      </button>
      <WholeText text={text} names={names} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}
