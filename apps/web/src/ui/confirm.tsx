import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useExplain } from './form.ts';

export interface Question {
  title: string;
  /** What will happen. */
  text: string;
  action: string;
}

/** Asks before something that cannot be taken back. */
export function useConfirm(): (question: Question) => Promise<boolean> {
  const { t } = useTranslation();
  return ({ title, text, action }) =>
    new Promise((resolve) => {
      modals.openConfirmModal({
        title,
        children: <Text size="sm">{text}</Text>,
        labels: { confirm: action, cancel: t('form.cancel') },
        confirmProps: { color: 'red.9' },
        closeButtonProps: { 'aria-label': t('form.close') },
        onConfirm: () => resolve(true),
        onCancel: () => resolve(false),
        onClose: () => resolve(false),
      });
    });
}

/** Does something at once and says when it failed. `question`: asked before. */
export function useAct(): (action: () => Promise<unknown>, question?: Question) => Promise<boolean> {
  const confirm = useConfirm();
  const explain = useExplain();
  return async (action, question) => {
    if (question && !(await confirm(question))) return false;
    try {
      await action();
      return true;
    } catch (error) {
      notifications.show({ color: 'red.9', message: explain(error) });
      return false;
    }
  };
}

/** Whoever leaves with changes that are not saved is asked first. */
export function useUnsaved(dirty: boolean): void {
  const { t } = useTranslation();
  const confirm = useConfirm();
  useBlocker({
    disabled: !dirty,
    enableBeforeUnload: dirty,
    shouldBlockFn: async ({ current, next }) =>
      current.pathname !== next.pathname &&
      !(await confirm({
        title: t('form.unsaved'),
        text: t('form.unsavedText'),
        action: t('form.leave'),
      })),
  });
}
