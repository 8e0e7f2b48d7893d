import { ActionIcon, Button, Drawer, Loader, Select, TextInput } from '@mantine/core';
import { useDebouncedValue, useIntersection } from '@mantine/hooks';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { describe } from '@/api/http';
import { useHistory } from '@/api/queries';
import { useUi } from '@/app/ui';
import classes from './HistoryDrawer.module.css';
import { HistoryList } from './HistoryList';
import { closeStartedNotes } from './started';

const STATUSES = [
  { value: '', label: 'Every status' },
  { value: 'running', label: 'Running' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'pending', label: 'Pending' },
  { value: 'completed', label: 'Completed' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
];

export function HistoryDrawer() {
  const open = useUi((state) => state.historyOpen);
  return (
    <Drawer
      opened={open}
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
  const [status, setStatus] = useState('');
  const [search, setSearch] = useState('');
  const [q] = useDebouncedValue(search.trim(), 250);
  const history = useHistory({ ...(status ? { status } : {}), ...(q ? { q } : {}) });
  const runs = history.data?.pages.flatMap((page) => page.history) ?? [];
  const total = history.data?.pages[0]?.count;
  const filtered = status !== '' || q !== '';
  useEffect(closeStartedNotes, []);

  return (
    <>
      <div className={classes.tools}>
        <TextInput
          className={classes.search}
          leftSection={<IconSearch size={15} aria-hidden />}
          placeholder="Search what was said"
          aria-label="Search the history"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          rightSection={
            search && (
              <ActionIcon size="sm" aria-label="Clear the search" onClick={() => setSearch('')}>
                <IconX size={14} aria-hidden />
              </ActionIcon>
            )
          }
        />
        <Select
          w={150}
          aria-label="Filter by status"
          data={STATUSES}
          value={status}
          allowDeselect={false}
          onChange={(value) => setStatus(value ?? '')}
        />
      </div>
      <output className={classes.total}>
        {total !== undefined && `${total.toLocaleString('en')} ${total === 1 ? 'run' : 'runs'}`}
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
