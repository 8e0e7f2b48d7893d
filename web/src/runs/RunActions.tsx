import { ActionIcon, Button, Group, Popover, Tooltip } from '@mantine/core';
import { IconBan, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/queries';
import type { RunSummary } from '@/api/types';
import { DANGER } from '@/app/theme';
import { toast, toastError } from '@/app/toasts';
import classes from './HistoryDrawer.module.css';
import { useRun } from './store';
import { closeRun } from './watch';

function useRefresh() {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: keys.history });
    void client.invalidateQueries({ queryKey: keys.running });
  };
}

export function CancelRun({ run }: { run: RunSummary }) {
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

export function DeleteRun({ run, said }: { run: RunSummary; said: string }) {
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
