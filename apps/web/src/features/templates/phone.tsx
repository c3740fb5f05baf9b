import { knownComponents } from '@chaski/contracts';
import { useTranslation } from '../../i18n/words.ts';
import TemplateShown from '../inbox/template-shown.tsx';
import { exampleSend } from './blanks.ts';
import classes from './templates.module.css';

/** A template as the phone shows it, with its examples filled in. `label` where it is not the only one. */
export function Phone({ components, label }: { components: readonly unknown[]; label?: string }) {
  const { t } = useTranslation();
  const known = knownComponents(components);
  return (
    <section className={classes.phone} aria-label={label ?? t('templates.preview')}>
      <div className={classes.bubble}>
        <TemplateShown template={{ components: known }} parameters={exampleSend(known)} />
      </div>
      {known.some(({ type }) => type === 'CALL_PERMISSION_REQUEST') ? (
        <p className={classes.asks}>{t('templates.asksToCall')}</p>
      ) : null}
    </section>
  );
}
