import { useTranslation } from '../../i18n/words.ts';
import { Drawer } from '../../ui/drawer.tsx';
import { Views } from './views-pane.tsx';

/** The views where there is no room for them beside the list. */
export default function ViewsDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer opened={opened} onClose={onClose} size={280} title={t('inbox.views')}>
      <Views onChosen={onClose} />
    </Drawer>
  );
}
