import { ColorSwatch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { labelsQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { KeptList } from './kept-list.tsx';
import { LabelForm } from './label-form.tsx';

/** Words with a colour, for conversations and contacts. */
export function LabelsPage() {
  const { t } = useTranslation();
  return (
    <KeptList
      title={t('settings.labels.title')}
      lead={t('settings.labels.lead')}
      add={t('settings.labels.add')}
      empty={t('settings.labels.none')}
      query={useQuery(labelsQuery)}
      kind="label"
      keyOf={({ id }) => id}
      nameOf={({ name }) => name}
      remove={({ id }) => chaski.labels.delete({ id })}
      removeText={() => t('settings.labels.removeText')}
      start={({ colour }) => <ColorSwatch color={colour} size={20} aria-hidden />}
      form={(of) => <LabelForm {...of} />}
    >
      {({ name }) => <bdi>{name}</bdi>}
    </KeptList>
  );
}
