import { useTranslation } from '../../i18n/words.ts';
import classes from './analytics.module.css';
import type { Report } from './queries.ts';

const hours = Array.from({ length: 24 }, (_, hour) => hour);
/** 2024 began on a Monday. */
const dayOf = (weekday: number) => Date.UTC(2024, 0, weekday);

/** When people write: a week of hours, the fuller the darker. The figure stands in the cell for whoever hears it. */
export function HoursTable({ cells }: { cells: Report['hours'] }) {
  const { t, i18n } = useTranslation();
  const by = new Map(cells.map((cell) => [`${cell.weekday}:${cell.hour}`, cell.received]));
  const most = Math.max(1, ...by.values());
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' });
  const clock = new Intl.DateTimeFormat(i18n.language, { hour: 'numeric', timeZone: 'UTC' });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <div className={classes.scroll} role="group" aria-label={t('analytics.hours')} tabIndex={0}>
      <table className={classes.hours}>
        <thead>
          <tr>
            <th scope="col">
              <span className={classes.heard}>{t('analytics.weekday')}</span>
            </th>
            {hours.map((hour) => (
              <th key={hour} scope="col">
                <span className={hour % 3 === 0 ? undefined : classes.heard}>
                  {clock.format(hour * 3_600_000)}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[1, 2, 3, 4, 5, 6, 7].map((day) => (
            <tr key={day}>
              <th scope="row">{weekday.format(dayOf(day))}</th>
              {hours.map((hour) => {
                const n = by.get(`${day}:${hour}`) ?? 0;
                return (
                  <td key={hour} data-level={Math.ceil((5 * n) / most)} title={String(n)}>
                    <span className={classes.heard}>{n}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
