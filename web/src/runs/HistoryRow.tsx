import { ActionIcon, Button, Group, Popover, Tooltip } from '@mantine/core';
import { IconBan, IconDownload, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/queries';
import type { RunSummary } from '@/api/types';
import { DANGER } from '@/app/theme';
import { toast, toastError } from '@/app/toasts';
import { useUi } from '@/app/ui';
import { isPhone } from '@/app/usePhone';
import { shorten } from '@/workflow/describe';
import { duration, exact, relative } from './format';
import classes from './HistoryDrawer.module.css';
import { RunAgainButton } from './RunAgainButton';
import { isInterrupted, isOver } from './record';
import { StatusBadge } from './StatusBadge';
import { useRun } from './store';
import { closeRun, showRun } from './watch';

const TRIGGERS: Record<RunSummary['trigger'], string> = {
  manual: '',
  schedule: 'by schedule',
  webhook: 'by webhook',
  replay: 'replay',
};
const ENGINES: Record<RunSummary['engine'], string> = {
  live: 'live',
  embedded: 'background',
  inngest: 'background, Inngest',
};

interface Props {
  run: RunSummary;
  now: number;
}

/** One run: what was said, how it went, and what can be done with it. */
export function HistoryRow({ run, now }: Props) {
  const shown = useRun((state) => state.run?.id === run.id);
  const said = run.transcribedText || run.name;
  const open = () => {
    useUi
      .getState()
      .set({ historyOpen: false, inspected: null, toSelect: [], dockOpen: !isPhone(), libraryOpen: false });
    showRun(run.id, { readOnly: true }).catch((error: unknown) =>
      toastError('The run could not be opened', error),
    );
  };
  const facts = [
    duration(run.durationMs),
    isOver(run.status) ? '' : `${run.doneCount} of ${run.nodeCount} nodes`,
    ENGINES[run.engine],
    TRIGGERS[run.trigger],
  ].filter(Boolean);
  return (
    <li className={classes.row} data-shown={shown || undefined} data-testid={`run-${run.id}`}>
      <button type="button" className={classes.open} onClick={open}>
        <span className={classes.said}>{said}</span>
        <span className={classes.facts}>
          <StatusBadge status={run.status} />
          <time dateTime={run.createdAt} title={exact(run.createdAt)}>
            {relative(run.createdAt, now)}
          </time>
          <span>{facts.join(' · ')}</span>
        </span>
        {run.error && <span className={classes.error}>{shorten(run.error.message, 110)}</span>}
      </button>
      <Group gap={2} className={classes.actions}>
        {!isOver(run.status) && <Cancel run={run} />}
        <Tooltip label="Export as JSON">
          <ActionIcon component="a" href={api.exportRunUrl(run.id)} download aria-label={`Export “${said}”`}>
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        {isOver(run.status) && <Delete run={run} said={said} />}
      </Group>
      {isInterrupted(run) && (
        <div className={classes.again}>
          <RunAgainButton runId={run.id} />
        </div>
      )}
    </li>
  );
}

function useRefresh() {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: keys.history });
    void client.invalidateQueries({ queryKey: keys.running });
  };
}

function Cancel({ run }: { run: RunSummary }) {
  const refresh = useRefresh();
  const cancel = useMutation({
    mutationFn: () => api.cancelRun(run.id),
    onError: (error) => toastError('The run could not be cancelled', error),
    onSettled: refresh,
  });
  return (
    <Tooltip label="Cancel this run">
      <ActionIcon aria-label="Cancel this run" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        <IconBan size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Delete({ run, said }: { run: RunSummary; said: string }) {
  const [asking, setAsking] = useState(false);
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: () => api.deleteRun(run.id),
    onSuccess: () => {
      if (useRun.getState().run?.id === run.id) closeRun();
      toast('The run was deleted');
    },
    onError: (error) => toastError('The run could not be deleted', error),
    onSettled: refresh,
  });
  return (
    <Popover
      opened={asking}
      onChange={setAsking}
      position="bottom-end"
      withArrow
      shadow="md"
      trapFocus
      width={290}
    >
      <Popover.Target>
        <Tooltip label="Delete">
          <ActionIcon aria-label={`Delete “${said}”`} onClick={() => setAsking(!asking)}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.question}>
          Delete this run, its log and its results for good? This cannot be undone. The workflow on the canvas
          stays.
        </p>
        <Group gap={8} justify="flex-end">
          <Button size="xs" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button
            size="xs"
            variant="filled"
            color={DANGER}
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Delete run
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
