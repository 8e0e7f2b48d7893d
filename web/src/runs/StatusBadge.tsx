import clsx from 'clsx';
import type { RunStatus } from '@/api/types';
import classes from './StatusBadge.module.css';
import { STATUS_WORDS, StatusMark } from './StatusMark';

/** A run's status, said in a word and shown by a shape. */
export function StatusBadge({ status }: { status: RunStatus }) {
  return (
    <span className={clsx(classes.badge, classes[status])} data-status={status}>
      <StatusMark status={status} size={14} named={false} />
      {STATUS_WORDS[status]}
    </span>
  );
}
