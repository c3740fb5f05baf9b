import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { attributesQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { AttributeForm } from './attribute-form.tsx';
import { KeptList } from './kept-list.tsx';

/** What is kept about contacts beside their names. */
export function AttributesPage() {
  const { t } = useTranslation();
  return (
    <KeptList
      title={t('settings.attributes.title')}
      lead={t('settings.attributes.lead')}
      add={t('settings.attributes.add')}
      empty={t('settings.attributes.none')}
      query={useQuery(attributesQuery)}
      kind="contact_attribute"
      keyOf={({ key }) => key}
      nameOf={({ label }) => label}
      remove={({ key }) => chaski.contactAttributes.delete({ key })}
      removeText={() => t('settings.attributes.removeText')}
      form={(of) => <AttributeForm {...of} />}
    >
      {(one) => (
        <>
          <bdi>{one.label}</bdi>
          <Text size="sm" c="dimmed">
            {[one.key, t(`settings.attributes.type.${one.type}`), one.choices.join(', ')]
              .filter((part) => part !== '')
              .join(' · ')}
          </Text>
        </>
      )}
    </KeptList>
  );
}
