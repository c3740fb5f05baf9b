import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { chaski } from '../../api/client.ts';
import { attributesQuery } from '../../api/directory.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useAct } from '../../ui/confirm.tsx';
import { Listing, Page, Row, Rows } from '../../ui/page.tsx';
import { AttributeForm } from './attribute-form.tsx';
import type { Attribute } from './queries.ts';

/** What is kept about contacts beside their names. */
export function AttributesPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const act = useAct();
  const attributes = useQuery(attributesQuery);
  const [chosen, setChosen] = useState<Attribute | 'new' | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ['contact_attribute'] });
  return (
    <Page
      title={t('settings.attributes.title')}
      lead={t('settings.attributes.lead')}
      action={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setChosen('new')}>
          {t('settings.attributes.add')}
        </Button>
      }
    >
      <Listing query={attributes} empty={t('settings.attributes.none')}>
        {(all) => (
          <Rows label={t('settings.attributes.title')}>
            {all.map((one) => (
              <Row
                key={one.key}
                end={
                  <>
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('form.changeOne', { name: one.label })}
                      onClick={() => setChosen(one)}
                    >
                      {t('form.change')}
                    </Button>
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('form.removeOne', { name: one.label })}
                      onClick={() =>
                        void act(
                          async () => {
                            await chaski.contactAttributes.delete({ key: one.key });
                            await refresh();
                          },
                          {
                            title: t('form.removeOne', { name: one.label }),
                            text: t('settings.attributes.removeText'),
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
                <bdi>{one.label}</bdi>
                <Text size="sm" c="dimmed">
                  {[one.key, t(`settings.attributes.type.${one.type}`), one.choices.join(', ')]
                    .filter((part) => part !== '')
                    .join(' · ')}
                </Text>
              </Row>
            ))}
          </Rows>
        )}
      </Listing>
      {chosen ? (
        <AttributeForm
          attribute={chosen === 'new' ? null : chosen}
          onClose={() => setChosen(null)}
          onSaved={refresh}
        />
      ) : null}
    </Page>
  );
}
