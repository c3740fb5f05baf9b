import { Button, FileButton, Group, Input } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { chaski } from '../../api/client.ts';
import { once } from '../../api/once.ts';
import { useTranslation } from '../../i18n/words.ts';
import { explain } from '../../ui/explain.ts';

const accepted = {
  image: 'image/jpeg,image/png',
  video: 'video/mp4,video/3gpp',
  document: '',
} as const;

/** Uploads what the heading of a template shows; what is chosen is told once it is there. */
export function FileField({
  kind,
  label,
  required = false,
  onChange,
}: {
  kind: keyof typeof accepted;
  label: string;
  required?: boolean;
  onChange: (value: { mediaId: string; filename?: string } | undefined) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [file, setFile] = useState<string | null>(null);
  const [state, setState] = useState<'none' | 'uploading' | 'ready' | { problem: string }>('none');
  const take = async (given: File | null) => {
    if (!given) return;
    onChange(undefined);
    setFile(given.name);
    setState('uploading');
    try {
      const { id: mediaId } = await chaski.media.create(
        { query: { kind, filename: given.name.slice(-240) }, body: given },
        { ...once(), headers: { 'content-type': given.type || 'application/octet-stream' } },
      );
      onChange(kind === 'document' ? { mediaId, filename: given.name.slice(-240) } : { mediaId });
      setState('ready');
    } catch (error) {
      setState({ problem: explain(t, error) });
    }
  };
  return (
    <Input.Wrapper
      required={required}
      label={label}
      labelProps={{ htmlFor: id }}
      error={typeof state === 'object' ? state.problem : null}
    >
      <Group gap="xs" wrap="nowrap">
        <FileButton accept={accepted[kind]} onChange={(given) => void take(given)}>
          {(props) => (
            <Button id={id} variant="default" leftSection={<IconPaperclip size={16} />} {...props}>
              {t('composer.template.file')}
            </Button>
          )}
        </FileButton>
        {file === null ? null : (
          <Input.Description component="span" aria-live="polite">
            <bdi>{file}</bdi>
            {state === 'uploading' ? ` · ${t('composer.files.uploading')}` : ''}
          </Input.Description>
        )}
      </Group>
    </Input.Wrapper>
  );
}
