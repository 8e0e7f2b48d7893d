import { Button } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { ago, exact } from '@/base/format';
import { ACCENT } from '@/base/theme';
import { useMinute } from '@/base/useMinute';
import { shorten } from '@/workflow/describe';
import { editRun } from './editRun';
import { Lineage } from './Lineage';
import { ReplayFailedButton, ReplayMenu } from './ReplayButtons';
import { RunAgainButton } from './RunAgainButton';
import classes from './RunBar.module.css';
import { RunEngine, Unsent } from './RunEngine';
import { isOver, type RunRecord } from './record';
import { StatusBadge } from './StatusBadge';
import { closeRun } from './watchRun';

/** In the command bar's place while a past run is looked at. */
export function RunBar({ run }: { run: RunRecord }) {
  const now = useMinute();
  const failed = run.status === 'failed' && !run.interrupted;
  const edit = () => editRun(run);
  return (
    <section className={classes.bar} aria-label="Run on the canvas">
      <div className={classes.words}>
        <div className={classes.said}>{run.said || run.name}</div>
        <div className={classes.facts}>
          <StatusBadge status={run.status} />
          {run.startTime && <span title={exact(run.startTime)}>{ago(run.startTime, now)}</span>}
          <span>read-only</span>
          <RunEngine run={run} />
          <Lineage run={run} />
        </div>
        {run.unsent && <Unsent />}
        {run.error && <div className={classes.error}>{shorten(run.error, 160)}</div>}
      </div>
      <div className={classes.buttons}>
        <Button onClick={closeRun}>Close</Button>
        {run.interrupted && <RunAgainButton runId={run.id} onStart={edit} />}
        {isOver(run.status) && <ReplayMenu run={run} />}
        <Button
          {...(failed ? {} : { variant: 'filled', color: ACCENT })}
          leftSection={<IconPencil size={15} aria-hidden />}
          onClick={edit}
        >
          Edit this
        </Button>
        {failed && <ReplayFailedButton run={run} />}
      </div>
    </section>
  );
}
