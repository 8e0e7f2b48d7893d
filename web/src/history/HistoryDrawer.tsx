import { Button, Drawer, Loader, TextInput } from '@mantine/core';
import { useDebouncedValue, useIntersection } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { describe } from '@/api/http';
import { toJson } from '@/api/json';
import { useHistory } from '@/api/queries';
import { ClearButton } from '@/base/ClearButton';
import { useUi } from '@/base/ui';
import { useLayer } from '@/base/useLayer';
import { closeStartedNotes } from '@/runs/backgroundToasts';
import { runsText } from '@/runs/counts';
import { CompareDialog } from './CompareDialog';
import classes from './HistoryDrawer.module.css';
import { HistoryFilters } from './HistoryFilters';
import { HistoryList } from './HistoryList';
import { HistorySelection } from './HistorySelection';
import { isFiltered, toFilter, unselect, useHistoryView } from './historyView';
import { StatisticsDialog } from './StatisticsDialog';

export function HistoryDrawer() {
  const open = useUi((state) => state.historyOpen);
  const layer = useLayer(open);
  return (
    <Drawer
      opened={open}
      zIndex={layer}
      onClose={() => useUi.getState().set({ historyOpen: false })}
      position="right"
      size={460}
      title="Workflow History"
      overlayProps={{ backgroundOpacity: 0.25 }}
      closeButtonProps={{ 'aria-label': 'Close Workflow History' }}
      classNames={{ body: classes.drawer as string, content: classes.content as string }}
    >
      <History />
    </Drawer>
  );
}

function History() {
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), 250);
  const view = useHistoryView();
  const filter = toFilter(view, q);
  const history = useHistory(filter);
  const runs = history.data?.pages.flatMap((page) => page.history) ?? [];
  const total = history.data?.pages[0]?.count;
  const filtered = isFiltered(view) || q !== '';
  useEffect(closeStartedNotes, []);
  const shown = toJson(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter shows other runs
  useEffect(unselect, [shown]);

  return (
    <>
      <div className={classes.tools}>
        <TextInput
          className={classes.search}
          leftSection={<IconSearch size={15} aria-hidden />}
          placeholder="Search commands, results, errors"
          aria-label="Search the history"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          rightSection={search && <ClearButton label="Clear the search" onClear={() => setSearch('')} />}
        />
      </div>
      <HistoryFilters filter={filter} />
      <output className={classes.total}>
        {total !== undefined && runsText(total)}
        {history.isFetching && <Loader size={12} color="gray" />}
      </output>
      {history.error && (
        <div className={classes.failed} role="alert">
          The history could not be loaded. {describe(history.error)}
          <Button size="xs" onClick={() => void history.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {total === 0 && (
        <p className={classes.empty}>
          {filtered ? 'No run fits this filter.' : 'No runs yet. Every run you start is kept here.'}
        </p>
      )}
      <HistoryList runs={runs} />
      {history.hasNextPage && (
        <More
          key={runs.length}
          busy={history.isFetchingNextPage}
          auto={!history.isFetchNextPageError}
          onReach={history.fetchNextPage}
        />
      )}
      <HistorySelection filter={filter} total={total ?? 0} />
      <StatisticsDialog filter={filter} />
      <CompareDialog />
    </>
  );
}

interface MoreProps {
  busy: boolean;
  /** Fetch without being asked: not after a failure, which would be asked for again and again. */
  auto: boolean;
  onReach: () => Promise<unknown>;
}

/** Fetches the next page as soon as the end of the list comes near; a button for whoever does not scroll. */
function More({ busy, auto, onReach }: MoreProps) {
  const { ref, entry } = useIntersection({ rootMargin: '400px' });
  const near = entry?.isIntersecting ?? false;
  useEffect(() => {
    if (near && auto && !busy) void onReach();
  }, [near, auto, busy, onReach]);
  return (
    <div ref={ref} className={classes.more}>
      <Button size="xs" loading={busy} onClick={() => void onReach()}>
        Older runs
      </Button>
    </div>
  );
}
