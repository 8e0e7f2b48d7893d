import { exact } from './format';
import { openRun } from './open';
import classes from './RunBar.module.css';
import type { RunRecord } from './record';

/** The run this one is a step of, the run it repeats, and the last one that repeats it. */
export function Lineage({ run }: { run: RunRecord }) {
  const { origin, originRunId, parentRunId, replays } = run;
  const last = replays[0];
  return (
    <>
      {parentRunId && (
        <button type="button" className={classes.link} onClick={() => void openRun(parentRunId)}>
          Step of another run
        </button>
      )}
      {origin && (
        <button
          type="button"
          className={classes.link}
          title={exact(origin.createdAt)}
          onClick={() => void openRun(origin.id)}
        >
          Replay of an earlier run
        </button>
      )}
      {originRunId && !origin && <span>replay of a run that was deleted</span>}
      {last && (
        <button
          type="button"
          className={classes.link}
          title={exact(last.createdAt)}
          onClick={() => void openRun(last.id)}
        >
          {replays.length === 1 ? 'Its replay' : `The last of its ${replays.length} replays`}
        </button>
      )}
    </>
  );
}
