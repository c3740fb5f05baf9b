import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconHelpCircle } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';

/** How far a message of ours has come, as WhatsApp draws it. */
export function Ticks({ status, size = 16 }: { status: string | null; size?: number }) {
  const { t } = useTranslation();
  const label = status ? t(`status.${status}`) : '';
  const props = { size, 'aria-label': label, role: 'img' as const, style: { flex: 'none' } };
  switch (status) {
    case 'queued':
    case 'sending':
      return <IconClock {...props} />;
    case 'sent':
      return <IconCheck {...props} />;
    case 'delivered':
      return <IconChecks {...props} />;
    case 'read':
    case 'played':
      return <IconChecks {...props} color="var(--chaski-read)" />;
    case 'failed':
      return <IconAlertCircle {...props} color="var(--mantine-color-error)" />;
    case 'unconfirmed':
      return <IconHelpCircle {...props} />;
    default:
      return null;
  }
}
