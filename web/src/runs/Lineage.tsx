import type { ReactNode } from 'react';
import { onPlainClick, runPath } from '@/base/address';
import { exact } from '@/base/format';
import { openRun } from './openRun';
import classes from './RunBar.module.css';
import type { RunRecord } from './record';

/** The run this one is a step of, the run it repeats, and the last one that repeats it. */
export function Lineage({ run }: { run: RunRecord }) {
  const { origin, originRunId, parentRunId, replays } = run;
  const last = replays[0];
  return (
    <>
      {parentRunId && <RunAnchor id={parentRunId}>Step of another run</RunAnchor>}
      {origin && (
        <RunAnchor id={origin.id} at={origin.createdAt}>
          Replay of an earlier run
        </RunAnchor>
      )}
      {originRunId && !origin && <span>replay of a run that was deleted</span>}
      {last && (
        <RunAnchor id={last.id} at={last.createdAt}>
          {replays.length === 1 ? 'Its replay' : `The last of its ${replays.length} replays`}
        </RunAnchor>
      )}
    </>
  );
}

function RunAnchor({ id, at, children }: { id: string; at?: string; children: ReactNode }) {
  return (
    <a
      className={classes.link}
      href={runPath(id)}
      title={at && exact(at)}
      onClick={onPlainClick(() => void openRun(id))}
    >
      {children}
    </a>
  );
}
