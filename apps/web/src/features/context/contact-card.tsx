import type { ContactDetails } from '@chaski/sdk';
import { Alert, Badge, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { attributesQuery } from '../../api/directory.ts';
import { useMay } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { Face } from '../../ui/face.tsx';
import { isolated } from '../../ui/isolated.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import classes from './context.module.css';
import { InlineText } from './inline-text.tsx';
import { useContactWork } from './use-contact.ts';

/** Who it is: name, how to reach them, what the team knows. */
export function ContactCard({ contact }: { contact: ContactDetails }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const work = useContactWork(contact);
  return (
    <div>
      <Group wrap="nowrap" gap="sm" mb="sm">
        <Face name={contact.displayName} size={52} />
        <div className={classes.grow}>
          <div className={classes.bold}>
            <InlineText
              label={t('context.name')}
              value={contact.name ?? ''}
              placeholder={contact.displayName}
              isNamed
              disabled={!may}
              onSave={(name) => void work.save({ name: name || null })}
            />
          </div>
          {contact.phone ? <bdi className={classes.dim}>+{contact.phone}</bdi> : null}
          <Group gap={4}>
            {contact.blocked ? <Badge color="red.9">{t('context.blocked')}</Badge> : null}
            {contact.optOut.status ? <Badge variant="default">{t('context.optedOut')}</Badge> : null}
          </Group>
        </div>
      </Group>
      {contact.identityConflict ? (
        <Alert color="yellow" variant="outline" mb="sm" p="xs" classNames={{ message: classes.plain ?? '' }}>
          {t('context.conflict')}
        </Alert>
      ) : null}
      <dl className={classes.facts}>
        {(['email', 'company', 'language'] as const).map((field) => (
          <Fact key={field} label={t(`context.${field}`)}>
            <InlineText
              label={t(`context.${field}`)}
              value={contact[field] ?? ''}
              placeholder={t('context.add')}
              disabled={!may}
              type={field === 'email' ? 'email' : 'text'}
              onSave={(value) => void work.save({ [field]: value || null })}
            />
          </Fact>
        ))}
        <Attributes contact={contact} />
        {contact.profileName && contact.profileName !== contact.displayName ? (
          <Fact label={t('context.profileName')}>
            <bdi>{contact.profileName}</bdi>
          </Fact>
        ) : null}
        {contact.identities
          .filter(({ kind, value }) => kind !== 'phone' || value !== contact.phone)
          .map((one) => (
            <Fact key={`${one.kind}${one.value}${one.scope}`} label={t(`context.identity.${one.kind}`)}>
              <bdi>{one.kind === 'phone' ? `+${one.value}` : one.value}</bdi>
              {one.supersededAt ? <span className={classes.dim}> · {t('context.former')}</span> : null}
            </Fact>
          ))}
        {contact.purposes
          .filter(({ state }) => state !== 'none')
          .map((one) => (
            <Fact key={one.purpose} label={t(`segments.purpose.${one.purpose}`)}>
              {t(`segments.consent.${one.state}`)}
              <span className={classes.dim}>
                {one.source
                  ? ` · ${t(`suppressions.source.${one.source}`, { defaultValue: one.source })}`
                  : null}
                {one.source === 'keyword' ? <Wrote contact={contact} at={one.at} /> : null}
                {one.proof && one.source !== 'keyword' ? (
                  <>
                    {' · '}
                    <bdi>{one.proof}</bdi>
                  </>
                ) : null}
                {one.at ? (
                  <>
                    {' · '}
                    <RelativeTime at={one.at} />
                  </>
                ) : null}
              </span>
            </Fact>
          ))}
        {contact.lastSeenAt ? (
          <Fact label={t('context.lastSeen')}>
            <RelativeTime at={contact.lastSeenAt} />
          </Fact>
        ) : null}
      </dl>
    </div>
  );
}

/** The word that the person wrote; which message it was the audit keeps. */
function Wrote({ contact, at }: { contact: ContactDetails; at: string | null }) {
  const { t } = useTranslation();
  const word = contact.consents.find((one) => one.at === at)?.keyword;
  return word ? ` · ${t('context.consent.wrote', { word: isolated(word) })}` : null;
}

function Attributes({ contact }: { contact: ContactDetails }) {
  const { t } = useTranslation();
  const may = useMay()('contacts:write');
  const work = useContactWork(contact);
  const { data: known = [] } = useQuery(attributesQuery);
  return known.map((one) => (
    <Fact key={one.key} label={one.label}>
      <InlineText
        label={one.label}
        value={String(contact.attributes[one.key] ?? '')}
        placeholder={t('context.add')}
        disabled={!may}
        onSave={(value) => void work.save({ attributes: { [one.key]: read(value, one.type) } })}
      />
    </Fact>
  ));
}

/** As the attribute wants it; what is no number goes as it is, and the server says so. */
function read(value: string, type: string): string | number | boolean | null {
  if (value === '') return null;
  if (type === 'number' && Number.isFinite(Number(value))) return Number(value);
  if (type === 'boolean' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return value;
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
