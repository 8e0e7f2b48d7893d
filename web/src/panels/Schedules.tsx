import { Skeleton } from '@mantine/core';
import { describe } from '@/api/http';
import { useSchedules } from '@/api/queries';
import { Dialog } from '@/base/Dialog';
import { inZone } from '@/base/format';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import classes from '@/saved/SavedWorkflows.module.css';
import { openWorkflow } from '@/saved/save';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { cronInWords } from '@/workflow/describe';
import { LastTime, ScheduleButtons } from './ScheduleState';

/** The schedules of all saved workflows, the next to come first. */
export function Schedules() {
  const open = useUi((state) => state.dialog === 'schedules');
  const phone = usePhone();
  const { data: schedules, error } = useSchedules(undefined, open);
  const close = () => useUi.getState().set({ dialog: null });
  const show = (id: string) => {
    close();
    confirmLeaving(() => void openWorkflow(id));
  };
  return (
    <Dialog opened={open} onClose={close} title="Schedules" fullScreen={phone} size="lg">
      {error && <p role="alert">The list could not be loaded. {describe(error)}</p>}
      {!schedules && !error && <Skeleton h={56} />}
      {schedules?.length === 0 && (
        <p className={classes.empty}>
          Nothing is scheduled. Say “Every Monday at 9 …”, then save the workflow.
        </p>
      )}
      <ul className={classes.list}>
        {schedules?.map((live) => (
          <li key={live.id} className={classes.scheduled}>
            <button type="button" className={classes.open} onClick={() => show(live.workflowId)}>
              <span className={classes.name}>{live.workflowName}</span>
              <span className={classes.facts}>
                {cronInWords(live.cron) ?? live.words} ({live.zone}) ·{' '}
                {live.paused
                  ? 'paused'
                  : live.next[0]
                    ? `next ${inZone(live.next[0], live.zone)}`
                    : 'never comes'}
              </span>
            </button>
            <div className={classes.facts}>
              Last time: <LastTime live={live} />
            </div>
            <ScheduleButtons live={live} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
