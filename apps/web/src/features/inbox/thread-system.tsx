import type { Message } from '@chaski/sdk';
import { useTranslation } from '../../i18n/words.ts';
import { partOf } from './content-part.ts';
import classes from './thread.module.css';

const known = new Set([
  'user_changed_number',
  'user_changed_user_id',
  'customer_identity_changed',
  'missed_call',
]);

/** WhatsApp's own notices about the person, and calls that nobody answered. */
export function SystemLine({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { type, body, waId } = partOf<{ type: string; body: string; waId: string }>(message.content);
  return (
    <p className={classes.event}>
      {type && known.has(type)
        ? t(`thread.system.${type}`, { phone: waId ? `+${waId}` : '' })
        : body || t('thread.system.other')}
    </p>
  );
}
