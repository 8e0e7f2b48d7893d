import { Button, Group, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlayerPause, IconPlayerPlay, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import { keys, useLiveSchedule, useSchedulePreview } from '@/api/queries';
import type { LiveSchedule, Schedule } from '@/api/types';
import { Note } from '@/app/Note';
import { saveWorkflow } from '@/app/save';
import { ACCENT } from '@/app/theme';
import { toastError } from '@/app/toasts';
import { exact, inZone } from '@/runs/format';
import { openRun } from '@/runs/open';
import { toastStarted } from '@/runs/started';
import { isDirty, useEditor } from '@/workflow/editor';
import classes from './Panel.module.css';

const MISFIRE = [
  { value: 'once', label: 'One run makes up for all' },
  { value: 'skip', label: 'Leave them out' },
  { value: 'all', label: 'Run each, one after the other' },
];
const OVERLAP = [
  { value: 'skip', label: 'Leave the new one out' },
  { value: 'queue', label: 'Let it wait for its turn' },
  { value: 'allow', label: 'Run beside it' },
];

interface PoliciesProps {
  schedule: Schedule;
  readOnly: boolean;
  onChange: (part: Partial<Schedule>) => void;
}

export function Policies({ schedule, readOnly, onChange }: PoliciesProps) {
  return (
    <>
      <Select
        label="Times missed while the server was down"
        data={MISFIRE}
        value={schedule.misfire ?? 'once'}
        allowDeselect={false}
        disabled={readOnly}
        onChange={(value) => value && onChange({ misfire: value as NonNullable<Schedule['misfire']> })}
      />
      <Select
        label="When the run before is still under way"
        data={OVERLAP}
        value={schedule.overlap ?? 'skip'}
        allowDeselect={false}
        disabled={readOnly}
        onChange={(value) => value && onChange({ overlap: value as NonNullable<Schedule['overlap']> })}
      />
    </>
  );
}

/** A time zone is typed letter by letter; half of one is no news. */
const TYPING_MS = 300;

/** When it comes next, in the zone of the schedule. */
export function NextTimes({ schedule }: { schedule: Schedule }) {
  const [cron] = useDebouncedValue(schedule.cron, TYPING_MS);
  const [zone] = useDebouncedValue(schedule.timezone ?? null, TYPING_MS);
  const { data: preview, error } = useSchedulePreview(cron, zone);
  if (error) return <Note tone="error">{describe(error)}</Note>;
  if (!preview) return null;
  return (
    <section aria-label="Next times">
      <h3 className={classes.sectionTitle}>Next times ({preview.zone})</h3>
      <ol className={classes.times}>
        {preview.next.map((time) => (
          <li key={time}>
            <time dateTime={time}>{inZone(time, preview.zone)}</time>
          </li>
        ))}
      </ol>
      {preview.next.length === 0 && <p className={classes.description}>It never comes.</p>}
    </section>
  );
}

/** A trigger lives once the workflow is saved; here is where that is done. */
export function Unsaved({ what }: { what: string }) {
  const ever = useEditor((state) => state.saved !== null);
  const dirty = useEditor(isDirty);
  if (ever && !dirty) return null;
  return (
    <Note tone="warn" title={ever ? 'Not saved yet' : 'Not active yet'}>
      {ever
        ? `The saved ${what} goes on as it was until you save.`
        : `A ${what} starts runs once the workflow is saved.`}
      <Button
        mt={8}
        size="xs"
        variant="filled"
        color={ACCENT}
        display="block"
        onClick={() => void saveWorkflow()}
      >
        {ever ? 'Save' : `Save and activate`}
      </Button>
    </Note>
  );
}

/** What a saved schedule is doing, and what can be done with it. */
export function ScheduleState({ triggerId }: { triggerId: string | null | undefined }) {
  const workflowId = useEditor((state) => state.saved?.workflowId);
  const { data: live, error } = useLiveSchedule(workflowId, triggerId);
  if (error)
    return <Note tone="error">The state of the schedule could not be loaded. {describe(error)}</Note>;
  return live ? <Live live={live} /> : null;
}

export function ScheduleButtons({ live }: { live: LiveSchedule }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const act = async (title: string, action: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await action();
      await client.invalidateQueries({ queryKey: keys.schedules });
    } catch (failure) {
      toastError(title, failure);
    } finally {
      setBusy(false);
    }
  };
  const runNow = async () => toastStarted((await api.runScheduleNow(live.id)).runId);
  return (
    <Group gap={8}>
      {live.paused ? (
        <Button
          size="xs"
          loading={busy}
          leftSection={<IconPlayerPlay size={15} aria-hidden />}
          onClick={() => void act('The schedule was not resumed', () => api.resumeSchedule(live.id))}
        >
          Resume
        </Button>
      ) : (
        <Button
          size="xs"
          loading={busy}
          leftSection={<IconPlayerPause size={15} aria-hidden />}
          onClick={() => void act('The schedule was not paused', () => api.pauseSchedule(live.id))}
        >
          Pause
        </Button>
      )}
      <Button
        size="xs"
        loading={busy}
        leftSection={<IconPlayerPlayFilled size={13} aria-hidden />}
        onClick={() => void act('The run was not started', runNow)}
      >
        Run now
      </Button>
    </Group>
  );
}

const OUTCOMES = {
  started: 'Started',
  queued: 'Waits for its turn',
  skipped: 'Left out',
  refused: 'Could not run',
};

export function LastTime({ live }: { live: LiveSchedule }) {
  const { last } = live;
  if (!last) return <>Not come yet</>;
  const { runId } = last;
  return (
    <>
      <time dateTime={last.dueAt}>{inZone(last.dueAt, live.zone)}</time>:{' '}
      {last.runStatus ?? OUTCOMES[last.outcome]}
      {last.note && `. ${last.note}`}{' '}
      {runId && (
        <Button size="compact-xs" onClick={() => void openRun(runId)}>
          Show its run
        </Button>
      )}
    </>
  );
}

function Live({ live }: { live: LiveSchedule }) {
  return (
    <section className={classes.section} aria-label="State of the schedule">
      <h3 className={classes.sectionTitle}>{live.paused ? 'Paused' : 'Active'}</h3>
      <ScheduleButtons live={live} />
      <p className={classes.description}>
        Last time: <LastTime live={live} />
      </p>
      {live.queued > 0 && <p className={classes.description}>{live.queued} waiting for their turn.</p>}
      {live.missed && (
        <Note>
          {live.missed.count === 100 ? '100 times or more' : `${live.missed.count} times`} passed while no
          server ran, from {exact(live.missed.since)} to {exact(live.missed.until)}.
        </Note>
      )}
      {live.problem && <Note tone="warn">It cannot run as it is saved: {live.problem}</Note>}
    </section>
  );
}
