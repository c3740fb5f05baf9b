import { Button, Group, Stack } from '@mantine/core';
import type { FormEventHandler, ReactNode } from 'react';
import { useTranslation } from '../i18n/words.ts';
import { Refused } from './page.tsx';

/** What a dialog asks for: its fields below what the server refused, and at the end the button that sends them. */
export function SubmitForm(props: {
  form: { submitting: boolean };
  submit: FormEventHandler<HTMLFormElement>;
  problem: string | null;
  /** What is being decided, above everything. */
  lead?: ReactNode;
  /** "Save" where nothing better is said. */
  action?: string;
  grave?: boolean;
  onCancel?: () => void;
  /** What else can be done here, away from the button that sends. */
  aside?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const { aside, onCancel } = props;
  return (
    <form onSubmit={props.submit}>
      <Stack>
        {props.lead}
        <Refused problem={props.problem} />
        {props.children}
        <Group justify={aside ? 'space-between' : 'flex-end'}>
          {aside}
          {onCancel ? (
            <Button variant="default" onClick={onCancel}>
              {t('form.cancel')}
            </Button>
          ) : null}
          <Button type="submit" {...(props.grave ? { color: 'red.9' } : {})} loading={props.form.submitting}>
            {props.action ?? t('form.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
