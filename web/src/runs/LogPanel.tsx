import { ActionIcon, Button, Switch, TextInput } from '@mantine/core';
import { IconCopy, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { RunEvent, Workflow } from '@/api/types';
import { ClearButton } from '@/base/ClearButton';
import { copyText } from '@/base/copyText';
import { Tooltip } from '@/base/Tooltip';
import { loadEarlier, wholeLog } from './earlierLog';
import classes from './LogPanel.module.css';
import { asText, filterLog, type LogLine, toLines } from './log';
import { useRun } from './runStore';

interface Props {
  logs: readonly RunEvent[];
  workflow: Workflow;
}

/** Everything that happened, in order. Only the lines in sight are in the page. */
export function LogPanel({ logs, workflow }: Props) {
  const [filter, setFilter] = useState('');
  const [follow, setFollow] = useState(true);
  const wanted = useDeferredValue(filter);
  const lines = useMemo(() => filterLog(toLines(logs, workflow), wanted), [logs, workflow, wanted]);
  const runId = useRun((state) => state.run?.id);
  // Also what is before the lines that are here, unless that is nothing.
  const text = () =>
    runId && (logs[0]?.seq ?? 1) > 1
      ? wholeLog(runId).then((all) => asText(filterLog(toLines(all, workflow), filter)))
      : asText(filterLog(toLines(logs, workflow), filter));
  return (
    <section className={classes.panel} aria-label="Log">
      <div className={classes.tools}>
        <TextInput
          size="xs"
          className={classes.filter}
          leftSection={<IconSearch size={14} aria-hidden />}
          placeholder="Filter"
          aria-label="Filter the log"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          rightSection={filter && <ClearButton label="Clear the filter" onClear={() => setFilter('')} />}
        />
        <Switch
          size="xs"
          color="gray.6"
          label="Follow"
          checked={follow}
          onChange={(event) => setFollow(event.currentTarget.checked)}
        />
        <Tooltip label="Copy the log">
          <ActionIcon size="md" aria-label="Copy the log" onClick={() => void copyText(text())}>
            <IconCopy size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <Earlier count={(logs[0]?.seq ?? 1) - 1} />
      {lines.length > 0 ? (
        <Lines lines={lines} follow={follow} onScrolledUp={() => setFollow(false)} />
      ) : (
        <p className={classes.empty}>
          {logs.length === 0 ? 'No lines.' : `The filter hides ${hiddenText(logs.length)}.`}
        </p>
      )}
    </section>
  );
}

function hiddenText(count: number): string {
  return count === 1 ? 'the only line' : `all ${count.toLocaleString('en')} lines`;
}

/** What is before the lines that are here. */
function Earlier({ count }: { count: number }) {
  const runId = useRun((state) => state.run?.id);
  const [busy, setBusy] = useState(false);
  if (count <= 0 || !runId) return null;
  const load = async () => {
    setBusy(true);
    await loadEarlier(runId);
    setBusy(false);
  };
  return (
    <div className={classes.earlier}>
      {count.toLocaleString('en')} earlier {count === 1 ? 'line' : 'lines'}
      <Button size="compact-xs" loading={busy} onClick={() => void load()}>
        Load
      </Button>
    </div>
  );
}

interface LinesProps {
  lines: LogLine[];
  follow: boolean;
  onScrolledUp: () => void;
}

const ROW = 24;
const UPWARDS = ['ArrowUp', 'PageUp', 'Home'];

function Lines({ lines, follow, onScrolledUp }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const hovered = useRun((state) => state.hovered);
  const hover = useRun((state) => state.hover);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    getItemKey: (index) => lines[index]?.seq ?? index,
    overscan: 12,
  });
  // Earlier lines that came above move what is read; the list goes with it.
  const first = lines[0]?.seq;
  const known = useRef(first);
  useLayoutEffect(() => {
    const added = lines.findIndex((line) => line.seq === known.current);
    known.current = first;
    if (added > 0 && !follow) rows.scrollBy(added * ROW);
  }, [first, lines, follow, rows]);
  // Lines that wrap are measured once they are in sight, and move the end; in the next frame the list has taken note.
  const end = rows.getTotalSize();
  const room = rows.scrollRect?.height;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the end or the room for it moves
  useEffect(() => {
    if (!follow || lines.length === 0) return;
    const frame = requestAnimationFrame(() => rows.scrollToEnd());
    return () => cancelAnimationFrame(frame);
  }, [follow, lines.length, end, room, rows]);

  return (
    <div
      ref={box}
      className={classes.lines}
      role="log"
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      onWheel={(event) => event.deltaY < 0 && onScrolledUp()}
      onKeyDown={(event) => UPWARDS.includes(event.key) && onScrolledUp()}
      onTouchMove={onScrolledUp}
    >
      <div className={classes.all} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const line = lines[row.index];
          if (!line) return null;
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: hovering only mirrors what the canvas shows
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className={clsx(classes.line, classes[line.tone])}
              data-lit={(line.nodeId !== null && line.nodeId === hovered) || undefined}
              style={{ transform: `translateY(${row.start}px)` }}
              onMouseEnter={() => hover(line.nodeId)}
              onMouseLeave={() => hover(null)}
            >
              <span className={classes.time}>{line.time}</span>
              <span className={classes.label}>{line.label}</span>
              <span className={classes.message}>{line.message}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
