import type { Conversation } from '@chaski/sdk';
import { ActionIcon } from '@mantine/core';
import { useDisclosure, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand } from '@tabler/icons-react';
import { useTranslation } from '../../i18n/words.ts';
import { useKeys } from '../../ui/keys.ts';
import { laterDialog } from '../../ui/later.tsx';
import classes from './context.module.css';
import { Inside } from './context-inside.tsx';

const ContextDrawer = laterDialog(() => import('./context-drawer.tsx'));

/** Beside the thread: with whom one speaks. Beside it where there is room, over it where there is none. Key: O. */
export function ContextPanel({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const roomy = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false });
  const [shown, setShown] = useLocalStorage({
    key: 'chaski-context',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const [over, { open, close, toggle }] = useDisclosure();
  const flip = () => (roomy ? setShown(!shown) : toggle());
  useKeys({ KeyO: flip });
  const isShown = roomy ? shown : over;
  return (
    <>
      <ActionIcon
        className={classes.toggle ?? ''}
        data-shown={(roomy && shown) || undefined}
        size={34}
        aria-label={t(isShown ? 'context.hide' : 'context.show')}
        aria-expanded={isShown}
        onClick={roomy ? flip : open}
      >
        {isShown && roomy ? (
          <IconLayoutSidebarRightCollapse size={20} stroke={1.6} />
        ) : (
          <IconLayoutSidebarRightExpand size={20} stroke={1.6} />
        )}
      </ActionIcon>
      {roomy && shown ? (
        <aside className={classes.panel} aria-label={t('context.label')}>
          <Inside conversation={conversation} />
        </aside>
      ) : null}
      <ContextDrawer opened={!roomy && over} onClose={close} conversation={conversation} />
    </>
  );
}
