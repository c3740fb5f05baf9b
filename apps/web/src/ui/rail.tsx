import { ActionIcon, Stack, Tooltip } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useSession } from '../api/session.ts';
import { AttentionMenu } from '../features/attention/attention-menu.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { useTranslation } from '../i18n/words.ts';
import { PersonMenu } from './person-menu.tsx';
import { PhonesSign } from './phones.tsx';
import { PlaceSign, usePlaceName } from './place-sign.tsx';
import { useIsHere, usePlaces } from './places.ts';
import classes from './shell.module.css';

/** Every place beside the page, as signs with their names. */
export function Rail() {
  const { t } = useTranslation();
  const { workspace } = useSession();
  const isHere = useIsHere();
  const nameOf = usePlaceName();
  return (
    <nav className={classes.rail} aria-label={t('shell.navigation')}>
      <Stack gap="xs" align="center">
        {usePlaces().map((place) => (
          <Tooltip key={place.key} label={nameOf(place)} position="right">
            <ActionIcon
              size="xl"
              aria-label={nameOf(place)}
              aria-current={isHere(place) ? 'page' : undefined}
              renderRoot={(props) => (
                <Link to={place.to} activeOptions={{ exact: place.to === '/app' }} {...props} />
              )}
            >
              <PlaceSign place={place} size={24} />
            </ActionIcon>
          </Tooltip>
        ))}
        {workspace ? (
          <Palette>
            {(find) => (
              <Tooltip label={t('shell.find')} position="right">
                <ActionIcon size="xl" aria-label={t('shell.find')} onClick={find}>
                  <IconSearch stroke={1.6} />
                </ActionIcon>
              </Tooltip>
            )}
          </Palette>
        ) : null}
      </Stack>
      <div className={classes.bottom}>
        <PhonesSign />
        {workspace ? <AttentionMenu /> : null}
        <PersonMenu />
      </div>
    </nav>
  );
}
