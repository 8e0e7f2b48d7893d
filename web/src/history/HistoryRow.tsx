import { ActionIcon, Checkbox, Group } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { api } from '@/api/client';
import type { RunSummary } from '@/api/types';
import { onPlainClick, runPath } from '@/base/address';
import { ago, duration, exact } from '@/base/format';
import { Tooltip } from '@/base/Tooltip';
import { useUi } from '@/base/ui';
import { isPhone } from '@/base/usePhone';
import { openRun } from '@/runs/openRun';
import { ReplayMenu } from '@/runs/ReplayButtons';
import { DeleteRun, StopRun } from '@/runs/RunActions';
import { RunAgainButton } from '@/runs/RunAgainButton';
import { ENGINES, Unsent } from '@/runs/RunEngine';
import { isInterrupted, isOver } from '@/runs/record';
import { useRun } from '@/runs/runStore';
import { StatusBadge } from '@/runs/StatusBadge';
import { shorten } from '@/workflow/describe';
import classes from './HistoryDrawer.module.css';
import { useHistoryView } from './historyView';

const TRIGGERS: Record<RunSummary['trigger'], string> = {
  manual: '',
  schedule: 'by schedule',
  webhook: 'by webhook',
  replay: 'replay',
  workflow: 'by another workflow',
  error: 'after a failure',
};

interface Props {
  run: RunSummary;
  now: number;
}

/** One run: what was said, how it went, and what can be done with it. */
export function HistoryRow({ run, now }: Props) {
  const shown = useRun((state) => state.run?.id === run.id);
  const selected = useHistoryView((state) => state.selected.has(run.id));
  const said = run.transcribedText || run.name;
  const open = () => {
    useUi.getState().set({ inspected: null, toSelect: [], dockOpen: !isPhone(), libraryOpen: false });
    void openRun(run.id);
  };
  const facts = [
    run.queued?.message ?? '',
    duration(run.durationMs),
    isOver(run.status) ? '' : `${run.doneCount} of ${run.nodeCount} nodes`,
    ENGINES[run.engine],
    TRIGGERS[run.trigger],
  ].filter(Boolean);
  return (
    <li className={classes.row} data-shown={shown || undefined} data-testid={`run-${run.id}`}>
      <Checkbox
        className={classes.check}
        size="xs"
        iconColor="var(--vg-surface)"
        aria-label={`Select “${said}”`}
        checked={selected}
        onChange={() => useHistoryView.getState().toggle(run.id)}
      />
      <a href={runPath(run.id)} className={classes.open} onClick={onPlainClick(open)}>
        <span className={classes.said}>{said}</span>
        <span className={classes.facts}>
          <StatusBadge status={run.status} />
          <time dateTime={run.createdAt} title={exact(run.createdAt)}>
            {ago(run.createdAt, now)}
          </time>
          <span>{facts.join(' · ')}</span>
        </span>
        {run.error && <span className={classes.error}>{shorten(run.error.message, 110)}</span>}
        {run.unsent && <Unsent />}
      </a>
      <Group gap={2} className={classes.actions}>
        {!isOver(run.status) && <StopRun run={run} />}
        {isOver(run.status) && <ReplayMenu run={run} said={said} />}
        <Tooltip label="Export as JSON">
          <ActionIcon component="a" href={api.exportRunUrl(run.id)} download aria-label={`Export “${said}”`}>
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        {isOver(run.status) && <DeleteRun run={run} said={said} />}
      </Group>
      {isInterrupted(run) && (
        <div className={classes.again}>
          <RunAgainButton runId={run.id} />
        </div>
      )}
    </li>
  );
}
