import { Button, Group } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import { keys, useLiveSchedule } from '@/api/queries';
import type { LiveSchedule } from '@/api/types';
import { exact, inZone } from '@/base/format';
import { Note } from '@/base/Note';
import { toastError } from '@/base/toasts';
import { toastStarted } from '@/runs/backgroundToasts';
import { openRun } from '@/runs/openRun';
import { useEditor } from '@/workflow/editor';
import classes from './Panel.module.css';

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
  const runNow = async () => toastStarted((await api.runScheduleNow(live.id)).runId, live.workflowName);
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
