import type { Template } from '@chaski/sdk';
import { Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { languageName } from '../../ui/language-name.ts';
import { Modal } from '../../ui/modal.tsx';
import classes from './composer.module.css';
import type { Said } from './composer-outbox.ts';
import { templatesOfNumberQuery } from './window-queries.ts';

const TemplateForm = lazy(() => import('./template-form.tsx'));

/** WhatsApp's approved texts: chosen, filled in, seen as it will be, sent. */
export default function TemplatePicker({
  numberId,
  opened,
  onClose,
  onSend,
}: {
  numberId: string;
  opened: boolean;
  onClose: () => void;
  onSend: (content: Said) => void;
}) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Template | null>(null);
  const close = () => {
    setChosen(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={chosen ? chosen.name : t('composer.template.choose')}
      size="lg"
    >
      {chosen ? (
        <Suspense fallback={<Skeleton height={160} />}>
          <TemplateForm
            template={chosen}
            onBack={() => setChosen(null)}
            onSend={(content) => {
              onSend(content);
              close();
            }}
          />
        </Suspense>
      ) : (
        <Choice numberId={numberId} onChoose={setChosen} />
      )}
    </Modal>
  );
}

function Choice({ numberId, onChoose }: { numberId: string; onChoose: (template: Template) => void }) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const { data, isError } = useQuery(templatesOfNumberQuery(numberId));
  const wanted = q.trim().toLowerCase();
  const shown = data?.filter((one) => `${one.name} ${one.preview}`.toLowerCase().includes(wanted));
  return (
    <Stack gap="sm">
      <TextInput
        data-autofocus
        label={t('composer.template.find')}
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
      />
      {isError ? <Text role="alert">{t('composer.template.unavailable')}</Text> : null}
      {shown?.length === 0 ? <Text c="dimmed">{t('composer.template.none')}</Text> : null}
      <div className={classes.templates}>
        {shown?.map((template) => (
          <button
            key={template.id}
            type="button"
            className={classes.template}
            onClick={() => onChoose(template)}
          >
            <Group gap="xs">
              <Text span fw={600} size="sm">
                {template.name}
              </Text>
              <Text span size="xs" c="dimmed">
                {languageName(template.language)} ·{' '}
                {t(`composer.template.category.${template.category}`, { defaultValue: template.category })}
              </Text>
            </Group>
            <Text size="sm" lineClamp={3} dir="auto" className={classes.optionMore ?? ''}>
              {template.preview}
            </Text>
          </button>
        )) ?? (isError ? null : <Skeleton height={64} />)}
      </div>
    </Stack>
  );
}
