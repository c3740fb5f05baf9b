import { notifications } from '@mantine/notifications';
import { useBlocker } from '@tanstack/react-router';
import { createContext, type ReactNode, use, useCallback, useRef, useState } from 'react';
import { useTranslation } from '../i18n/words.ts';
import { useExplain } from './explain.ts';
import { laterDialog } from './later.tsx';

const ConfirmDialog = laterDialog(() => import('./confirm-dialog.tsx'));

export interface Question {
  title: string;
  /** What will happen. */
  text: string;
  /** What the words are about, to look at. */
  more?: ReactNode;
  action: string;
}

const Ask = createContext<(question: Question) => Promise<boolean>>(async () => false);

/** Asks before something that cannot be taken back. */
export const useConfirm = () => use(Ask);

/** Around everything that asks. */
export function Confirming({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const [opened, setOpened] = useState(false);
  const waiting = useRef<((yes: boolean) => void) | null>(null);
  const answer = useCallback((yes: boolean) => {
    waiting.current?.(yes);
    waiting.current = null;
    setOpened(false);
  }, []);
  const ask = useCallback((asked: Question) => {
    // Nobody can answer two questions.
    waiting.current?.(false);
    setQuestion(asked);
    setOpened(true);
    return new Promise<boolean>((resolve) => {
      waiting.current = resolve;
    });
  }, []);
  return (
    <Ask value={ask}>
      {children}
      <ConfirmDialog opened={opened} question={question} onAnswer={answer} />
    </Ask>
  );
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
