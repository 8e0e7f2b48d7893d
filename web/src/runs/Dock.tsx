import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { duration } from '@/base/format';
import { Tooltip } from '@/base/Tooltip';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { shorten } from '@/workflow/describe';
import classes from './Dock.module.css';
import { LogPanel } from './LogPanel';
import { ReplayFailedButton } from './ReplayButtons';
import { ResultPanel } from './ResultPanel';
import { RunAgainButton } from './RunAgainButton';
import { RunEngine, Unsent } from './RunEngine';
import { isOver, type RunRecord } from './record';
import { failuresOf } from './runResult';
import { useRun } from './runStore';
import { StatusBadge } from './StatusBadge';
import { StatusMark } from './StatusMark';
import { stopRun } from './stopRun';
import { TimelinePanel } from './TimelinePanel';
import { closeRun } from './watchRun';

type Tab = 'result' | 'log' | 'timeline';

/** Under the graph: how the run on the canvas goes. */
export function Dock() {
  const { run, readOnly, stalled } = useRun();
  const open = useUi((state) => state.dockOpen);
  const phone = usePhone();
  const [chosen, setChosen] = useState<{ at: string; tab: Tab } | null>(null);
  if (!run) return null;
  // A choice holds until another run is shown or this one ends: then its result is what one sees.
  const at = `${run.id} ${isOver(run.status)}`;
  const usual = isOver(run.status) ? 'result' : phone ? 'log' : 'timeline';
  const tab = chosen?.at === at ? chosen.tab : usual;
  const told = open && tab === 'result' && failuresOf(run).length > 0;
  const toggle = () => useUi.getState().set({ dockOpen: !open });
  const toggleLabel = open ? 'Hide result, log and timeline' : 'Show result, log and timeline';
  const Chevron = open ? IconChevronDown : IconChevronUp;
  const names = [
    { value: 'result', label: 'Result' },
    { value: 'timeline', label: 'Timeline' },
    ...(phone ? [{ value: 'log', label: 'Log' }] : []),
  ];
  return (
    <section
      className={classes.dock}
      aria-label="Run"
      data-open={open || undefined}
      data-result={tab === 'result' || undefined}
      data-testid="dock"
    >
      <header className={classes.header}>
        <output className={classes.status}>
          <StatusBadge status={run.status} />
          <Progress run={run} />
          {run.unsent && !readOnly && <Unsent />}
        </output>
        {!readOnly && (
          <div className={classes.engine}>
            <RunEngine run={run} />
          </div>
        )}
        {run.error && !readOnly && !(open && tab === 'result') && (
          <span className={classes.error}>{shorten(run.error, 280)}</span>
        )}
        {stalled && <span className={classes.stalled}>Connection lost, following again…</span>}
        <div className={classes.buttons}>
          {!isOver(run.status) && <StopButton runId={run.id} />}
          {/* The bar of a past run has these itself, and the result that of a failure. */}
          {run.status === 'failed' && !run.interrupted && !readOnly && !told && (
            <ReplayFailedButton run={run} size="xs" />
          )}
          {run.interrupted && !readOnly && <RunAgainButton runId={run.id} />}
          {phone ? (
            <Button
              size="xs"
              aria-label={toggleLabel}
              aria-expanded={open}
              rightSection={<Chevron size={15} aria-hidden />}
              onClick={toggle}
            >
              {open ? 'Hide' : 'Show'}
            </Button>
          ) : (
            <Tooltip label={toggleLabel}>
              <ActionIcon aria-label={toggleLabel} aria-expanded={open} onClick={toggle}>
                <Chevron size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          {!readOnly && (
            <Tooltip label="Take this run off the canvas. It stays in Workflow History.">
              <ActionIcon aria-label="Take this run off the canvas" onClick={closeRun}>
                <IconX size={17} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </div>
      </header>
      {open && (
        <div className={classes.body}>
          <div className={classes.side}>
            <SegmentedControl
              className={classes.tabs}
              size="xs"
              value={tab}
              onChange={(value) => setChosen({ at, tab: value as Tab })}
              data={names}
              aria-label="What of the run is shown"
            />
            {tab === 'result' && <ResultPanel run={run} />}
            {tab === 'timeline' && <TimelinePanel run={run} />}
            {tab === 'log' && <LogPanel logs={run.logs} workflow={run.workflow} />}
          </div>
          {!phone && <LogPanel logs={run.logs} workflow={run.workflow} />}
        </div>
      )}
    </section>
  );
}

function Progress({ run }: { run: RunRecord }) {
  const results = Object.values(run.nodes);
  const done = results.filter((node) => node.status === 'completed').length;
  const reused = results.filter((node) => node.reusedFrom !== null).length;
  const skipped = results.filter((node) => node.status === 'skipped').length;
  const failed = results.filter((node) => node.status === 'failed').length;
  const going = results.filter((node) => node.status === 'running' || node.status === 'retrying');
  const length = run.startTime && run.endTime ? run.endTime - run.startTime : null;
  const first = going[0];
  const label = first && (run.workflow.nodes.find((node) => node.id === first.nodeId)?.label || first.nodeId);
  return (
    <>
      <span className={classes.facts}>
        {done} of {run.workflow.nodes.length} nodes
        {reused > 0 && `, ${reused} reused`}
        {failed > 0 && `, ${failed} failed`}
        {skipped > 0 && `, ${skipped} skipped`}
        {length !== null && ` · ${duration(length)}`}
      </span>
      {first && !isOver(run.status) && (
        <span className={classes.going}>
          <StatusMark status={first.status} size={14} />
          {label}
          {going.length > 1 && ` and ${going.length - 1} more`}
        </span>
      )}
    </>
  );
}

function StopButton({ runId }: { runId: string }) {
  const stop = useMutation({ mutationFn: () => stopRun(runId) });
  return (
    <Button size="xs" loading={stop.isPending} onClick={() => stop.mutate()}>
      Stop
    </Button>
  );
}
