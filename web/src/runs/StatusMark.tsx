import {
  IconAlertCircleFilled,
  IconBan,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconClockPause,
  IconLoader2,
  IconPlayerTrackNext,
  IconRefresh,
} from '@tabler/icons-react';
import clsx from 'clsx';
import type { NodeStatus } from '@/api/types';
import classes from './StatusMark.module.css';

export const STATUS_WORDS: Record<NodeStatus, string> = {
  pending: 'Pending',
  running: 'Running',
  retrying: 'Waiting to try again',
  waiting: 'Waiting',
  completed: 'Completed',
  failed: 'Failed',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
};

const ICONS = {
  pending: IconCircleDashed,
  running: IconLoader2,
  retrying: IconRefresh,
  waiting: IconClockPause,
  completed: IconCircleCheckFilled,
  failed: IconAlertCircleFilled,
  skipped: IconPlayerTrackNext,
  cancelled: IconBan,
} as const;

interface Props {
  status: NodeStatus;
  size?: number;
  /** Off where the word stands beside the shape. */
  named?: boolean;
}

/** A status as a shape and a colour, with its word for screen readers. */
export function StatusMark({ status, size = 18, named = true }: Props) {
  const Icon = ICONS[status];
  return (
    <span className={clsx(classes.mark, classes[status])} title={named ? STATUS_WORDS[status] : undefined}>
      <Icon size={size} aria-hidden className={status === 'running' ? classes.spin : undefined} />
      {named && <span className="sr-only">{STATUS_WORDS[status]}</span>}
    </span>
  );
}
