import { ActionIcon, Autocomplete, TextInput } from '@mantine/core';
import { IconCalendarClock, IconTrash, IconWebhook, IconX } from '@tabler/icons-react';
import type { Schedule } from '@/api/types';
import { useUi } from '@/base/ui';
import { useShownGraph } from '@/canvas/shownGraph';
import { useSettled } from '@/forms/useCheck';
import { cronInWords, triggerInWords } from '@/workflow/describe';
import { useEditor } from '@/workflow/editor';
import { setTrigger } from '@/workflow/ops';
import classes from './Panel.module.css';
import { NextTimes, Policies } from './SchedulePlan';
import { ScheduleState } from './ScheduleState';
import { Unsaved } from './Unsaved';
import { WebhookState } from './WebhookState';

export function TriggerPanel({ index }: { index: number }) {
  const view = useShownGraph();
  const trigger = view.triggers[index];
  if (!trigger) return null;
  const Icon = trigger.kind === 'schedule' ? IconCalendarClock : IconWebhook;
  const close = () => useUi.getState().inspect(null);
  const removeTrigger = () => {
    useEditor.getState().commit((workflow) => setTrigger(workflow, index, null));
    close();
  };
  return (
    <aside className={classes.panel} aria-label={`Trigger: ${triggerInWords(trigger)}`}>
      <header className={classes.header}>
        <Icon size={20} stroke={1.6} aria-hidden className={classes.icon} />
        <div className={classes.heading}>
          <h2 className={classes.title}>{triggerInWords(trigger)}</h2>
          <div className={classes.subtitle}>{trigger.kind === 'schedule' ? 'Schedule' : 'Webhook'}</div>
        </div>
        {!view.readOnly && (
          <ActionIcon aria-label="Remove this trigger" onClick={removeTrigger}>
            <IconTrash size={17} aria-hidden />
          </ActionIcon>
        )}
        <ActionIcon aria-label="Close the panel" onClick={close}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </header>
      <div className={classes.body}>
        <div className={classes.form}>
          {trigger.kind === 'schedule' && (
            <ScheduleForm schedule={trigger} index={index} readOnly={view.readOnly} />
          )}
          {trigger.kind === 'webhook' && (
            <>
              {!view.readOnly && <Unsaved what="webhook" />}
              <p className={classes.description}>
                The body of the call is at hand in every node as {'{{ trigger.body }}'}.
              </p>
              {!view.readOnly && <WebhookState triggerId={trigger.id} />}
            </>
          )}
        </div>
      </div>
    </aside>
  );
}

const ZONES = Intl.supportedValuesOf('timeZone');

interface ScheduleProps {
  schedule: Schedule;
  index: number;
  readOnly: boolean;
}

function ScheduleForm({ schedule, index, readOnly }: ScheduleProps) {
  const change = (part: Partial<Schedule>) =>
    useEditor
      .getState()
      .commit((workflow) => setTrigger(workflow, index, { ...schedule, ...part }), `trigger-${index}`);
  const words = cronInWords(schedule.cron);
  const settled = useSettled(schedule.cron);
  return (
    <>
      <TextInput
        label="When"
        description="Minute, hour, day of month, month, day of week (Sunday is 0)."
        value={schedule.cron}
        disabled={readOnly}
        error={
          words || !settled
            ? undefined
            : 'This is no schedule in five fields, such as 0 9 * * 1 (Mondays at 9).'
        }
        onChange={(event) => change({ cron: event.currentTarget.value })}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <Autocomplete
        label="Time zone"
        placeholder="The server's"
        data={ZONES}
        limit={40}
        value={schedule.timezone ?? ''}
        disabled={readOnly}
        onChange={(value) => change({ timezone: value || null })}
      />
      {words && <NextTimes schedule={schedule} />}
      {!readOnly && <Unsaved what="schedule" />}
      {!readOnly && <ScheduleState triggerId={schedule.id} />}
      <Policies schedule={schedule} readOnly={readOnly} onChange={change} />
    </>
  );
}
