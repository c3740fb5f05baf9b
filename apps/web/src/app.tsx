import { DirectionProvider, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useMemo } from 'react';
import { queryClient } from './api/query-client.ts';
import { directionOf } from './i18n/index.ts';
import { useTranslation } from './i18n/words.ts';
import { router } from './router.tsx';
import { Confirming } from './ui/confirm.tsx';
import { Notices } from './ui/notices.tsx';
import { cssVariables, themeOf } from './ui/theme.ts';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;

export function App() {
  const { t, i18n } = useTranslation();
  const direction = directionOf(i18n.language);
  const theme = useMemo(() => themeOf(t('form.close')), [t]);
  return (
    <DirectionProvider key={direction} initialDirection={direction} detectDirection={false}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce ?? ''}
      >
        <QueryClientProvider client={queryClient}>
          <Confirming>
            <Notices />
            <RouterProvider router={router} />
          </Confirming>
          <section id="over" aria-label={t('shell.over')} />
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  );
}
