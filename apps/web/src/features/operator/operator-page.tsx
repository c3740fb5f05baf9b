import { Outlet } from '@tanstack/react-router';
import { useSession } from '../../api/session.ts';
import { useTranslation } from '../../i18n/words.ts';
import { NotFound } from '../../ui/problem.tsx';
import { SideNav } from '../../ui/side-nav.tsx';
import { places } from './places.ts';

/** Of whoever runs the installation. For everybody else there is no such page. */
export function OperatorPage() {
  const { t } = useTranslation();
  const { person } = useSession();
  if (!person.isSuperadmin) return <NotFound />;
  return (
    <SideNav label={t('shell.operator')} groups={[{ label: t('shell.operator'), places }]}>
      <Outlet />
    </SideNav>
  );
}
