import type { ContactDetails } from '@chaski/sdk';
import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useConfirm } from '../../ui/confirm.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import classes from './context.module.css';
import { useContactWork } from './use-contact.ts';

/** Whether this person may be written to, who said so when, and what the team can do about it. */
export function Consent({ contact }: { contact: ContactDetails }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const work = useContactWork(contact);
  const confirm = useConfirm();
  const { optOut, blocked } = contact;
  const state = optOut.status ? (optOut.scope === 'marketing' ? 'marketingOut' : 'out') : 'in';
  return (
    <>
      <Text size="sm">{t(`context.consent.${state}`)}</Text>
      {contact.marketingStoppedAt ? <Text size="sm">{t('context.consent.stoppedMarketing')}</Text> : null}
      {may ? (
        <Group gap={6} mt={8}>
          {optOut.status ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={async () => {
                if (
                  await confirm({
                    title: t('context.consent.inTitle'),
                    text: t('context.consent.inText'),
                    action: t('context.consent.optIn'),
                  })
                )
                  await work.consent('optIn', 'all');
              }}
            >
              {t('context.consent.optIn')}
            </Button>
          ) : (
            <>
              <Button size="compact-sm" variant="default" onClick={() => work.consent('optOut', 'marketing')}>
                {t('context.consent.optOutMarketing')}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => work.consent('optOut', 'all')}>
                {t('context.consent.optOut')}
              </Button>
            </>
          )}
          <Button size="compact-sm" variant="default" onClick={() => work.block(!blocked)}>
            {t(blocked ? 'context.unblock' : 'context.block')}
          </Button>
        </Group>
      ) : null}
      {contact.consents.length > 0 ? (
        <ul className={classes.lines}>
          {contact.consents.map((one) => (
            <li key={`${one.at}${one.action}`}>
              <span>
                {t(`context.consent.did.${one.action}`)}
                {one.scope === 'marketing' ? ` (${t('context.consent.marketing')})` : ''}
                {one.keyword ? (
                  <>
                    {' '}
                    <q>
                      <bdi>{one.keyword}</bdi>
                    </q>
                  </>
                ) : null}
                <span className={classes.dim}>
                  {' · '}
                  {t(`context.consent.source.${one.source}`, { defaultValue: one.source })}
                </span>
              </span>
              <span className={classes.dim}>
                <RelativeTime at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <Text size="sm" c="dimmed" mt={6}>
          {t('context.consent.never')}
        </Text>
      )}
    </>
  );
}
