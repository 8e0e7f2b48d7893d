import { Button, Progress } from '@mantine/core';
import { IconColumns2, IconTrash } from '@tabler/icons-react';
import type { HistoryFilter, RemovalRequest } from '@/api/types';
import { ConfirmDelete } from '@/base/ConfirmDelete';
import { runsText } from '@/runs/counts';
import classes from './HistoryTools.module.css';
import { unselect, useHistoryView } from './historyView';
import { useRemoval } from './removal';

interface Props {
  filter: HistoryFilter;
  total: number;
}

/** What can be done with the selected runs, or with all that the filter shows. */
export function HistorySelection({ filter, total }: Props) {
  const selected = useHistoryView((state) => state.selected);
  const { removal, remove, cancel } = useRemoval();
  const [first, second] = [...selected].sort(); // ids sort by time: the older run stands left
  if (removal?.state === 'running') {
    const part = removal.total > 0 ? (100 * removal.deleted) / removal.total : 0;
    return (
      <div className={classes.selection} role="status">
        Deleting: {removal.deleted.toLocaleString('en')} of {runsText(removal.total)}
        <Progress value={part} flex={1} miw={80} aria-label="Progress of the deletion" />
        <Button size="xs" onClick={() => void cancel()}>
          Stop
        </Button>
      </div>
    );
  }
  if (total === 0) return null;
  const all = selected.size === 0;
  return (
    <div className={classes.selection}>
      <span>{all ? 'Nothing selected' : `${runsText(selected.size)} selected`}</span>
      <span className={classes.spring} />
      {!all && (
        <Button size="xs" variant="subtle" onClick={unselect}>
          Unselect
        </Button>
      )}
      {selected.size === 2 && first && second && (
        <Button
          size="xs"
          leftSection={<IconColumns2 size={15} aria-hidden />}
          onClick={() => useHistoryView.getState().set({ comparing: [first, second] })}
        >
          Compare
        </Button>
      )}
      <ConfirmDelete
        position="top-end"
        keep="Keep them"
        confirm="Delete for good"
        question={`Delete ${runsText(all ? total : selected.size)} with their logs and results for good? This cannot be undone. Runs that are not over stay.`}
        onConfirm={() => void remove(all ? { filter: toBody(filter) } : { ids: [...selected] })}
      >
        {(ask) => (
          <Button size="xs" leftSection={<IconTrash size={15} aria-hidden />} onClick={ask}>
            {all ? 'Delete all shown' : 'Delete'}
          </Button>
        )}
      </ConfirmDelete>
    </div>
  );
}

function toBody(filter: HistoryFilter): RemovalRequest['filter'] {
  return { ...filter, status: filter.status ?? [], trigger: filter.trigger ?? [] };
}
