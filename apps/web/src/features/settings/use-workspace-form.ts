import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { chaski } from '../../api/client.ts';
import { useTranslation } from '../../i18n/words.ts';
import { useUnsaved } from '../../ui/confirm.tsx';
import { useSubmit } from '../../ui/form.ts';
import { workspaceQuery } from './queries.ts';

type Change = Parameters<typeof chaski.workspace.update>[0]['body'];

/** A form over some of the workspace: saved with one request, its leaver asked about what is not. */
export function useWorkspaceForm<Values extends Record<string, unknown>>(
  initialValues: Values,
  toChange: (values: Values) => Change,
) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm<Values>({ initialValues });
  useUnsaved(form.isDirty());
  const { problem, submit } = useSubmit(form, async (values) => {
    queries.setQueryData(workspaceQuery.queryKey, await chaski.workspace.update({ body: toChange(values) }));
    form.resetDirty();
    notifications.show({ message: t('form.saved') });
  });
  return { form, problem, submit };
}
