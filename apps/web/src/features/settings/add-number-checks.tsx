import { Loader } from '@mantine/core';
import { IconCircle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import classes from './settings.module.css';

export interface CheckState {
  /** Place of the check that refused; null: none. */
  failed: number | null;
  running: boolean;
}

const checks = ['form', 'reach', 'room', 'stored'] as const;

/** What happens to a new number, in order. */
export function AddNumberChecks({ state: { failed, running } }: { state: CheckState }) {
  const { t } = useTranslation();
  return (
    <ol aria-label={t('settings.numbers.checks')} aria-live="polite" className={classes.checks}>
      {checks.map((check, place) => {
        // The server answers once, for all: while it works, what it asks WhatsApp is what takes time.
        const now = running ? place === 1 : place === failed;
        const done = running ? place === 0 : failed === null || place < failed;
        return (
          <li key={check} className={classes.check}>
            {done ? (
              <IconCircleCheck size={18} aria-label={t('settings.numbers.passed')} />
            ) : now && !running ? (
              <IconCircleX size={18} className={classes.bad} aria-label={t('settings.numbers.failed')} />
            ) : now ? (
              <Loader size={18} />
            ) : (
              <IconCircle size={18} aria-label={t('settings.numbers.notYet')} />
            )}
            {t(`settings.numbers.check.${check}`)}
          </li>
        );
      })}
    </ol>
  );
}
