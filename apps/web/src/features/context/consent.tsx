import type { ContactDetails } from '@chaski/sdk';
import { Button, Group, Text } from '@mantine/core';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useConfirm } from '../../ui/confirm.tsx';
import { isolated } from '../../ui/isolated.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import classes from './context.module.css';
import { useContactWork } from './use-contact.ts';

/** Whether this person may be written to and for what, who said so when, and what the team can do about it. */
export function Consent({ contact }: { contact: ContactDetails }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const work = useContactWork(contact);
  const { optOut, blocked } = contact;
  return (
    <>
      <Text size="sm">{t(`context.consent.${optOut.status && optOut.scope === 'all' ? 'out' : 'in'}`)}</Text>
      {contact.marketingStoppedAt ? <Text size="sm">{t('context.consent.stoppedMarketing')}</Text> : null}
      <ul className={classes.lines} aria-label={t('context.consent.purposes')}>
        {contact.purposes.map((one) => (
          <Purpose key={one.purpose} contact={contact} standing={one} />
        ))}
      </ul>
      {may ? (
        <Group gap={6}>
          {contact.purposes.some(({ state }) => state !== 'out') ? (
            <Button size="compact-sm" variant="default" onClick={() => work.consent('optOut', 'all')}>
              {t('context.consent.optOutAll')}
            </Button>
          ) : null}
          <Button size="compact-sm" variant="default" onClick={() => work.block(!blocked)}>
            {t(blocked ? 'context.unblock' : 'context.block')}
          </Button>
        </Group>
      ) : null}
      <Words contact={contact} />
    </>
  );
}

type Standing = ContactDetails['purposes'][number];

/** What one kind of message stands at, and the way to the other side. */
function Purpose({ contact, standing }: { contact: ContactDetails; standing: Standing }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const work = useContactWork(contact);
  const confirm = useConfirm();
  const { purpose, state } = standing;
  const name = t(`context.consent.purpose.${purpose}`);
  const optIn = async () => {
    const yes = await confirm({
      title: t('context.consent.inTitle'),
      text: t('context.consent.inText'),
      action: t('context.consent.optIn'),
    });
    if (yes) await work.consent('optIn', purpose);
  };
  return (
    <li>
      <span>
        {name} ·{' '}
        <span className={state === 'out' ? classes.bold : classes.dim}>
          {t(`context.consent.state.${state}`)}
        </span>
      </span>
      {may ? (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`${t(`context.consent.${state === 'out' ? 'optIn' : 'optOut'}`)}: ${name}`}
          onClick={() => void (state === 'out' ? optIn() : work.consent('optOut', purpose))}
        >
          {t(`context.consent.${state === 'out' ? 'optIn' : 'optOut'}`)}
        </Button>
      ) : null}
    </li>
  );
}

/** Every word that was ever said about it, the newest first. */
function Words({ contact }: { contact: ContactDetails }) {
  const { t } = useTranslation();
  if (contact.consents.length === 0) {
    return (
      <Text size="sm" c="dimmed" mt={6}>
        {t('context.consent.never')}
      </Text>
    );
  }
  return (
    <ul className={classes.lines} aria-label={t('context.consent.history')}>
      {contact.consents.map((one) => (
        <li key={`${one.at}${one.action}${one.scope}`}>
          <span>
            {t(`context.consent.did.${one.action}`)}
            {one.scope === 'all' ? '' : ` (${t(`context.consent.purpose.${one.scope}`)})`}
            <span className={classes.dim}>
              {' · '}
              {one.keyword
                ? t('context.consent.wrote', { word: isolated(one.keyword) })
                : t(`context.consent.source.${one.source}`, { defaultValue: one.source })}
            </span>
          </span>
          <span className={classes.dim}>
            <RelativeTime at={one.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
