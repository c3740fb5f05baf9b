import { ActionIcon, Group } from '@mantine/core';
import { IconDownload, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from '../../i18n/words.ts';
import { Modal } from '../../ui/modal.tsx';
import classes from './media.module.css';

/** A picture over the whole page, as large as it is when asked. */
export default function Lightbox({
  source,
  label,
  opened,
  onClose,
}: {
  source: string;
  label: string;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [zoomed, setZoomed] = useState(false);
  return (
    <Modal opened={opened} onClose={onClose} size="auto" centered title={<bdi>{label}</bdi>}>
      <Group justify="end" gap="xs" mb="xs">
        <ActionIcon
          aria-label={zoomed ? t('thread.media.smaller') : t('thread.media.larger')}
          onClick={() => setZoomed(!zoomed)}
        >
          {zoomed ? <IconZoomOut size={20} /> : <IconZoomIn size={20} />}
        </ActionIcon>
        <ActionIcon component="a" href={source} download aria-label={t('thread.media.download')}>
          <IconDownload size={20} />
        </ActionIcon>
      </Group>
      <div className={classes.scroll}>
        <img className={`${classes.large} ${zoomed ? classes.zoomed : ''}`} src={source} alt={label} />
      </div>
    </Modal>
  );
}
