import { useTranslation } from '../../i18n/words.ts';
import classes from './analytics.module.css';

const height = 120;
const slot = 12;

/** What came and what went, a pair of bars a day or a month. What it shows stands in the table below it too. */
export function VolumeChart({
  days,
  each = 'day',
}: {
  days: readonly { date: string; volume: { received: number; sent: number } }[];
  each?: 'day' | 'month';
}) {
  const { t, i18n } = useTranslation();
  const most = Math.max(1, ...days.flatMap(({ volume }) => [volume.received, volume.sent]));
  const bar = (value: number) => (height * value) / most;
  const parts = each === 'day' ? { day: 'numeric' as const } : { year: 'numeric' as const };
  const day = new Intl.DateTimeFormat(i18n.language, { ...parts, month: 'short', timeZone: 'UTC' });
  const [first, last] = [days[0], days.at(-1)];
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.legend}>
        <span data-series="received">{t('analytics.received')}</span>
        <span data-series="sent">{t('analytics.sent')}</span>
      </figcaption>
      <svg
        className={classes.chart}
        viewBox={`0 0 ${days.length * slot} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t(each === 'day' ? 'analytics.chartLabel' : 'settings.usage.chartLabel', {
          received: days.reduce((sum, { volume }) => sum + volume.received, 0),
          sent: days.reduce((sum, { volume }) => sum + volume.sent, 0),
        })}
      >
        {days.map(({ date, volume }, index) => (
          <g key={date}>
            <title>
              {`${day.format(Date.parse(date))}: ${t('analytics.received')} ${volume.received}, ${t('analytics.sent')} ${volume.sent}`}
            </title>
            <rect className={classes.slot} x={index * slot} y={0} width={slot} height={height} />
            <rect
              data-series="received"
              x={index * slot + 1.5}
              y={height - bar(volume.received)}
              width={4}
              height={bar(volume.received)}
            />
            <rect
              data-series="sent"
              x={index * slot + 6.5}
              y={height - bar(volume.sent)}
              width={4}
              height={bar(volume.sent)}
            />
          </g>
        ))}
      </svg>
      <div className={classes.axis} aria-hidden>
        <span>{first ? day.format(Date.parse(first.date)) : ''}</span>
        <span>{t('analytics.most', { count: most })}</span>
        <span>{last ? day.format(Date.parse(last.date)) : ''}</span>
      </div>
    </figure>
  );
}
