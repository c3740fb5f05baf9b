import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '../../i18n/words.ts';
import { Page, Waiting } from '../../ui/page.tsx';
import { AutoReplies } from './auto-replies.tsx';
import { ConsentForm } from './consent-form.tsx';
import { GeneralForm } from './general-form.tsx';
import { workspaceQuery } from './queries.ts';

/** What holds for the whole workspace. */
export function GeneralPage() {
  const { t } = useTranslation();
  const { data: workspace } = useQuery(workspaceQuery);
  return (
    <Page title={t('settings.general.title')}>
      {workspace ? (
        <>
          <GeneralForm workspace={workspace} />
          <AutoReplies workspace={workspace} />
          <ConsentForm workspace={workspace} />
        </>
      ) : (
        <Waiting />
      )}
    </Page>
  );
}
