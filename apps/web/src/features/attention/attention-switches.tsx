import { Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { subscribePush, unsubscribePush } from '../../api/push.ts';
import { useTranslation } from '../../i18n/words.ts';
import { setAttention, useAttentionSettings } from './settings.ts';
import { chime } from './sound.ts';

/** Sound, notices on the desktop, quiet. The browser is asked only when somebody presses the switch. */
export default function AttentionSwitches() {
  const { t } = useTranslation();
  const { sound, desktop, quiet } = useAttentionSettings();
  const [refused, setRefused] = useState(false);
  const works = 'Notification' in window;
  const ask = async (on: boolean) => {
    if (!on) {
      setAttention({ desktop: false });
      return unsubscribePush();
    }
    const granted = (await Notification.requestPermission()) === 'granted';
    setRefused(!granted);
    setAttention({ desktop: granted });
    if (granted && !quiet) await subscribePush();
  };
  // What is pushed is shown by nobody who could look here first: quiet means that nothing is pushed.
  const hush = (on: boolean) => {
    setAttention({ quiet: on });
    if (desktop) void (on ? unsubscribePush() : subscribePush());
  };
  return (
    <Stack gap="sm">
      <Switch
        label={t('attention.sound')}
        checked={sound}
        onChange={(event) => {
          setAttention({ sound: event.currentTarget.checked });
          if (event.currentTarget.checked) chime();
        }}
      />
      <Switch
        label={t('attention.desktop')}
        description={t(refused ? 'attention.refused' : works ? 'attention.desktopHint' : 'attention.cannot')}
        disabled={!works}
        checked={desktop}
        onChange={(event) => void ask(event.currentTarget.checked)}
      />
      <Switch
        label={t('attention.quiet')}
        description={t('attention.quietHint')}
        checked={quiet}
        onChange={(event) => hush(event.currentTarget.checked)}
      />
    </Stack>
  );
}
