import type { Icon } from '@tabler/icons-react';
import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from '../i18n/words.ts';
import classes from './side-nav.module.css';

interface Place {
  to: NonNullable<LinkProps['to']>;
  key: string;
  icon: Icon;
}

/** Pages of one area beside each other; on a phone a strip above them. */
export function SideNav(props: {
  label: string;
  groups: readonly { label: string; places: readonly Place[] }[];
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // The strip is longer than a phone is wide: where one is must be seen. Asked anew for every page.
  useEffect(() => {
    const here = nav.current?.querySelector(`[href="${pathname}"]`);
    here?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);
  return (
    <div className={classes.area}>
      <nav ref={nav} className={classes.nav} aria-label={props.label}>
        {props.groups.map((group) => (
          <div key={group.label} className={classes.group}>
            <div className={classes.label}>
              <bdi>{group.label}</bdi>
            </div>
            {group.places.map(({ to, key, icon: Sign }) => (
              <Link key={to} to={to} className={classes.link} activeProps={{ 'aria-current': 'page' }}>
                <Sign size={18} stroke={1.6} aria-hidden />
                {t(key)}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to get there */}
      <div className={classes.content} tabIndex={0}>
        {props.children}
      </div>
    </div>
  );
}
