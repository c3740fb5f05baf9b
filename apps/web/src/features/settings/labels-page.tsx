import { Button, ColorSwatch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { labelsQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Listing, Page, Row, Rows } from '../../ui/page.tsx';
import { LabelForm } from './label-form.tsx';
import type { Label } from './queries.ts';

/** Words with a colour, for conversations and contacts. */
export function LabelsPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const labels = useQuery(labelsQuery);
  const [chosen, setChosen] = useState<Label | 'new' | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['label'] });
  return (
    <Page
      title={t('settings.labels.title')}
      lead={t('settings.labels.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setChosen('new')}>
          {t('settings.labels.add')}
        </Button>
      }
    >
      <Listing query={labels} empty={t('settings.labels.none')}>
        {(all) => (
          <Rows label={t('settings.labels.title')}>
            {all.map((one) => (
              <Row
                key={one.id}
                start={<ColorSwatch color={one.colour} size={20} aria-hidden />}
                end={
                  <>
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('form.changeOne', { name: one.name })}
                      onClick={() => setChosen(one)}
                    >
                      {t('form.change')}
                    </Button>
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('form.removeOne', { name: one.name })}
                      onClick={() =>
                        void act(
                          async () => {
                            await chaski.labels.delete({ id: one.id });
                            await refresh();
                          },
                          {
                            title: t('form.removeOne', { name: one.name }),
                            text: t('settings.labels.removeText'),
                            action: t('form.remove'),
                          },
                        )
                      }
                    >
                      {t('form.remove')}
                    </Button>
                  </>
                }
              >
                <bdi>{one.name}</bdi>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      {chosen ? (
        <LabelForm
          label={chosen === 'new' ? null : chosen}
          onClose={() => setChosen(null)}
          onSaved={refresh}
        />
      ) : null}
    </Page>
  );
}
