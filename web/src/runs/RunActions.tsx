import { ActionIcon } from '@mantine/core';
import { IconPlayerStop, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/queries';
import type { RunSummary } from '@/api/types';
import { ConfirmDelete } from '@/base/ConfirmDelete';
import { Tooltip } from '@/base/Tooltip';
import { toast, toastError } from '@/base/toasts';
import { forgetStarted } from './backgroundToasts';
import { useRun } from './runStore';
import { stopRun } from './stopRun';
import { closeRun } from './watchRun';

function useRefresh() {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: keys.history });
    void client.invalidateQueries({ queryKey: keys.running });
  };
}

export function StopRun({ run }: { run: RunSummary }) {
  const refresh = useRefresh();
  const stop = useMutation({ mutationFn: () => stopRun(run.id), onSettled: refresh });
  return (
    <Tooltip label="Stop this run">
      <ActionIcon aria-label="Stop this run" loading={stop.isPending} onClick={() => stop.mutate()}>
        <IconPlayerStop size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

export function DeleteRun({ run, said }: { run: RunSummary; said: string }) {
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: () => api.deleteRun(run.id),
    onSuccess: () => {
      if (useRun.getState().run?.id === run.id) closeRun();
      forgetStarted(run.id);
      toast('The run was deleted');
    },
    onError: (error) => toastError('The run could not be deleted', error),
    onSettled: refresh,
  });
  return (
    <ConfirmDelete
      question="Delete this run, its log and its results for good? This cannot be undone. Workflows stay."
      confirm="Delete run"
      onConfirm={remove.mutate}
    >
      {(ask) => (
        <Tooltip label="Delete">
          <ActionIcon aria-label={`Delete “${said}”`} loading={remove.isPending} onClick={ask}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </ConfirmDelete>
  );
}
