import type { Conversation } from '@chaski/sdk';
import { Button } from '@mantine/core';
import { IconClockHour4, IconLock, IconTemplate } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { useNow } from '../../ui/relative-time.tsx';
import classes from './composer.module.css';
import { say } from './composer-outbox.ts';
import { TemplatePicker } from './template-picker.ts';

const hourMs = 3_600_000;

/** How long free text may still be written. */
export function WindowCountdown({ until }: { until: string }) {
  const { t, i18n } = useTranslation();
  const left = Math.max(0, Date.parse(until) - useNow());
  const hours = left >= hourMs;
  const time = new Intl.NumberFormat(i18n.language, {
    style: 'unit',
    unit: hours ? 'hour' : 'minute',
    unitDisplay: 'long',
  }).format(Math.floor(left / (hours ? hourMs : 60_000)));
  return (
    <span
      className={classes.window}
      data-soon={left < 2 * hourMs || undefined}
      title={t('composer.window.until', {
        time: new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(
          new Date(until),
        ),
      })}
    >
      <IconClockHour4 size={14} aria-hidden /> {t('composer.window.left', { time })}
    </span>
  );
}

/** Why nothing can be written now, and what can be done. */
export function WindowShut({
  conversation,
  sentence,
  templates,
}: {
  conversation: Conversation;
  sentence: string;
  templates: boolean;
}) {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  return (
    <div className={classes.shut} role="status" data-shut>
      <IconLock size={18} aria-hidden />
      <p>{sentence}</p>
      {templates ? (
        <Button size="sm" leftSection={<IconTemplate size={16} />} onClick={() => setPicking(true)}>
          {t('composer.template.choose')}
        </Button>
      ) : null}
      <TemplatePicker
        numberId={conversation.numberId}
        opened={picking}
        onClose={() => setPicking(false)}
        onSend={(content) => say(conversation.id, content)}
      />
    </div>
  );
}
