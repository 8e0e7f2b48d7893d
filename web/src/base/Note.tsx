import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import clsx from 'clsx';
import type { ReactNode } from 'react';
import classes from './Note.module.css';

interface Props {
  tone?: 'plain' | 'warn' | 'error';
  title?: string;
  children: ReactNode;
}

/** Something the user should read in its place. An error is spoken at once. */
export function Note({ tone = 'plain', title, children }: Props) {
  const Icon = tone === 'plain' ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className={clsx(classes.note, classes[tone])} role={tone === 'error' ? 'alert' : 'note'}>
      <Icon size={18} stroke={1.8} aria-hidden className={classes.icon} />
      <div className={classes.words}>
        {title && <div className={classes.title}>{title}</div>}
        {children}
      </div>
    </div>
  );
}
