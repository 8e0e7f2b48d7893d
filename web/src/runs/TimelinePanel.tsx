import clsx from 'clsx';
import { useEffect, useMemo, useState } from 'react';
import { serverNow } from '@/api/clock';
import type { Workflow } from '@/api/types';
import { duration } from '@/base/format';
import { useUi } from '@/base/ui';
import { isOver, type RunRecord } from './record';
import { useRun } from './runStore';
import classes from './TimelinePanel.module.css';
import { roughTimeline, type Segment, type TimelineRow, timelineOf } from './timeline';

const TICK_MS = 250;

const KIND_WORDS: Record<Segment['kind'], string> = {
  running: 'running',
  waiting: 'waiting',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** When each node ran, and which ones set the length of the run. */
export function TimelinePanel({ run }: { run: RunRecord }) {
  const over = isOver(run.status);
  const now = useNow(!over);
  const { rows, length } = useMemo(
    () =>
      (run.logs[0]?.seq ?? 1) > 1
        ? roughTimeline(run, now)
        : timelineOf(run.workflow, run.logs, over ? 0 : now),
    [run, over, now],
  );
  if (rows.length === 0) return <p className={classes.empty}>No node has started yet.</p>;
  return (
    <section className={classes.panel} aria-label="Timeline">
      <div className={classes.scale} aria-hidden>
        <span>0</span>
        <span>{duration(length / 2)}</span>
        <span>{duration(length)}</span>
      </div>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <Row key={row.nodeId} row={row} length={length} workflow={run.workflow} />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  row: TimelineRow;
  length: number;
  workflow: Workflow;
}

function Row({ row, length, workflow }: RowProps) {
  const lit = useRun((state) => state.hovered === row.nodeId);
  const hover = useRun((state) => state.hover);
  const label = workflow.nodes.find((node) => node.id === row.nodeId)?.label || row.nodeId;
  const total = (row.segments.at(-1)?.to ?? 0) - (row.segments[0]?.from ?? 0);
  const show = () => useUi.getState().set({ inspected: row.nodeId, toSelect: [row.nodeId] });
  return (
    <li>
      <button
        type="button"
        className={classes.row}
        data-lit={lit || undefined}
        data-critical={row.critical || undefined}
        onMouseEnter={() => hover(row.nodeId)}
        onMouseLeave={() => hover(null)}
        onFocus={() => hover(row.nodeId)}
        onBlur={() => hover(null)}
        onClick={show}
      >
        <span className={classes.label}>{label}</span>
        <span className={classes.track} aria-hidden>
          {row.segments.map((segment) => (
            <span
              key={segment.from}
              className={clsx(classes.bar, classes[segment.kind])}
              style={{
                left: `${(segment.from / length) * 100}%`,
                width: `${Math.max(0.4, ((segment.to - segment.from) / length) * 100)}%`,
              }}
              title={`${KIND_WORDS[segment.kind]}, attempt ${segment.attempt}, ${duration(segment.to - segment.from)}`}
            />
          ))}
        </span>
        <span className={classes.length}>{duration(total)}</span>
        {row.critical && <span className="sr-only">on the critical path</span>}
      </button>
    </li>
  );
}

/** The time, a few times a second while `going`. */
function useNow(going: boolean): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (!going) return;
    const timer = setInterval(() => setNow(serverNow()), TICK_MS);
    return () => clearInterval(timer);
  }, [going]);
  return now;
}
