import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../api/session.ts';
import { Palette } from '../features/palette/palette.tsx';
import { useTranslation } from '../i18n/words.ts';
import { atFoot } from './foot.ts';
import { laterDialog } from './later.tsx';
import { PlaceSign, usePlaceName } from './place-sign.tsx';
import { type Place, useIsHere, usePlaces } from './places.ts';
import classes from './shell.module.css';

const MoreSheet = laterDialog(() => import('./more-sheet.tsx'));
/** What a thumb reaches; whatever else there is comes up from the fourth. */
const atHand: readonly Place['key'][] = ['inbox', 'contacts'];

/** On a phone: the places one is at all day along the lower edge, the others one push away. */
export function PhoneBar() {
  const { t } = useTranslation();
  const { workspace } = useSession();
  const places = usePlaces();
  const isHere = useIsHere();
  const nameOf = usePlaceName();
  const [more, { open, close }] = useDisclosure();
  return (
    <nav ref={atFoot} className={classes.bar} aria-label={t('shell.navigation')}>
      {places
        .filter(({ key }) => atHand.includes(key))
        .map((place) => (
          <Link
            key={place.key}
            to={place.to}
            className={classes.spot}
            aria-label={nameOf(place)}
            aria-current={isHere(place) ? 'page' : undefined}
          >
            <PlaceSign place={place} size={22} />
            {t(`shell.${place.key}`)}
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
