import { IconChevronDown } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import classes from './context.module.css';

/** A part of the panel that can be folded away; what is inside is asked for when it is opened. */
export function Fold(props: {
  title: string;
  count?: number | undefined;
  open?: boolean;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(props.open ?? false);
  return (
    <details className={classes.fold} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={classes.summary}>
        <span>{props.title}</span>
        {props.count ? <span className={classes.dim}>{props.count}</span> : null}
        <IconChevronDown size={16} aria-hidden className={classes.chevron} />
      </summary>
      {open ? <div className={classes.body}>{props.children}</div> : null}
    </details>
  );
}
