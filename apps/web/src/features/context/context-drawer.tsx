import type { Conversation } from '@chaski/sdk';
import { ScrollArea } from '@mantine/core';
import { useTranslation } from '../../i18n/words.ts';
import { Drawer } from '../../ui/drawer.tsx';
import { Inside } from './context-inside.tsx';

/** The context where there is no room for it beside the thread. */
export default function ContextDrawer(props: {
  opened: boolean;
  onClose: () => void;
  conversation: Conversation;
}) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      size={340}
      title={t('context.label')}
      scrollAreaComponent={ScrollArea.Autosize}
    >
      <Inside conversation={props.conversation} />
    </Drawer>
  );
}
