import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../api/session.ts';
import { Palette } from '../features/palette/palette.tsx';
import { useTranslation } from '../i18n/words.ts';
import { laterDialog } from './later.tsx';
import { type Place, usePlaces } from './places.ts';
import classes from './shell.module.css';

const MoreSheet = laterDialog(() => import('./more-sheet.tsx'));
/** What a thumb reaches; whatever else there is comes up from the fourth. */
const atHand: readonly Place['key'][] = ['inbox', 'contacts'];

/** On a phone: the places one is at all day along the lower edge, the others one push away. */
export function PhoneBar() {
  const { t } = useTranslation();
  const { workspace } = useSession();
  const places = usePlaces();
  const [more, { open, close }] = useDisclosure();
  return (
    <nav className={classes.bar} aria-label={t('shell.navigation')}>
      {places
        .filter(({ key }) => atHand.includes(key))
        .map(({ key, to, icon: Icon }) => (
          <Link key={key} to={to} className={classes.spot}>
            <Icon size={22} stroke={1.6} aria-hidden />
            {t(`shell.${key}`)}
          </Link>
        ))}
      {workspace ? (
        <Palette>
          {(find) => (
            <Spot label={t('shell.search')} icon={<IconSearch size={22} stroke={1.6} />} onClick={find} />
          )}
        </Palette>
      ) : null}
      <Spot label={t('shell.more')} icon={<IconDots size={22} stroke={1.6} />} onClick={open} />
      <MoreSheet opened={more} onClose={close} places={places.filter(({ key }) => !atHand.includes(key))} />
    </nav>
  );
}

function Spot({ label, icon, onClick }: { label: string; icon: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className={classes.spot} onClick={onClick}>
      {icon}
      {label}
    </button>
  );
}
