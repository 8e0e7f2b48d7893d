import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HookCall, LiveHook, LiveSchedule, Trigger } from '@/api/types';
import { useRun } from '@/runs/runStore';
import { fakeFetch, json, type Route, workflow } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { toastsSeen } from '@/test/toasts';
import { useEditor } from '@/workflow/editor';
import { TriggerPanel } from './TriggerPanel';

const WEEKS = ['02', '09', '16', '23', '30'].map((day) => `2026-03-${day}T08:00:00Z`);
const PREVIEW = { words: 'At 09:00, only on Monday', zone: 'Europe/Berlin', next: WEEKS };
const MONDAYS: Trigger = { kind: 'schedule', cron: '0 9 * * 1', timezone: 'Europe/Berlin' };

const now = () => useEditor.getState().workflow.triggers[0];

function open(trigger: Trigger, routes: Record<string, Route>, saved = false) {
  const draft = workflow(['a'], [], { triggers: [trigger] });
  useEditor.getState().open(draft, { saved: saved ? draft : null });
  const fake = fakeFetch(routes);
  renderUi(<TriggerPanel index={0} />);
  return { ...fake, user: userEvent.setup() };
}

beforeEach(() => useRun.getState().clear());

describe('a schedule', () => {
  const preview: Record<string, Route> = { 'POST /api/schedule-preview': () => json(PREVIEW) };
  const live: LiveSchedule = {
    ...PREVIEW,
    id: 'sch_1',
    triggerId: 'trg_1',
    workflowId: 'wf_test',
    workflowName: 'Test',
    cron: '0 9 * * 1',
    timezone: 'Europe/Berlin',
    misfire: 'once',
    overlap: 'skip',
    paused: false,
    queued: 0,
    problem: null,
    missed: null,
    last: null,
  };

  it('is told in words, with its next five times as its own zone has them', async () => {
    open(MONDAYS, preview);
    expect(screen.getByRole('heading', { name: 'At 09:00, only on Monday' })).toBeTruthy();
    const times = within(await screen.findByRole('region', { name: 'Next times' }));
    expect(times.getByText('Next times (Europe/Berlin)')).toBeTruthy();
    expect(times.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'Mon, 2 Mar 2026, 09:00',
      'Mon, 9 Mar 2026, 09:00',
      'Mon, 16 Mar 2026, 09:00',
      'Mon, 23 Mar 2026, 09:00',
      'Mon, 30 Mar 2026, 10:00', // summer time began
    ]);
  });

  it('says what is wrong while it is typed, and asks for no times then', async () => {
    const { calls, user } = open(MONDAYS, preview);
    const when = screen.getByRole('textbox', { name: 'When' });
    await user.clear(when);
    await user.type(when, '0 25 * * 1');
    expect(screen.queryByText(/This is no schedule/)).toBeNull(); // not before one has stopped typing
    expect(await screen.findByText(/This is no schedule in five fields/)).toBeTruthy();
    expect(screen.queryByRole('region', { name: 'Next times' })).toBeNull();
    await user.clear(when);
    await user.type(when, '30 7 * * *');
    expect(screen.getByRole('heading', { name: 'At 07:30' })).toBeTruthy();
    await waitFor(() => expect(calls).toContain('POST /api/schedule-preview'));
    expect(now()).toMatchObject({ cron: '30 7 * * *', timezone: 'Europe/Berlin' });
  });

  it('shows what the server says against a zone', async () => {
    const { user } = open(MONDAYS, {
      'POST /api/schedule-preview': ({ body }) =>
        JSON.parse(body).timezone === 'Mars'
          ? json({ error: 'There is no time zone “Mars”.', code: 'bad_timezone' }, 422)
          : json(PREVIEW),
    });
    const zone = screen.getByRole('combobox', { name: 'Time zone' });
    await user.clear(zone);
    await user.type(zone, 'Mars');
    expect(await screen.findByText('There is no time zone “Mars”.')).toBeTruthy();
    expect(screen.queryByText(/Next times/)).toBeNull();
  });

  it('shows times in a zone that only the server knows', async () => {
    open(MONDAYS, {
      'POST /api/schedule-preview': () => json({ ...PREVIEW, zone: 'Mars/Olympus', next: WEEKS.slice(0, 1) }),
    });
    expect(await screen.findByText('Mon, 2 Mar 2026, 08:00 UTC')).toBeTruthy();
  });

  it('is set up with what becomes of missed and of overlapping times', async () => {
    const { user } = open(MONDAYS, preview);
    await user.click(screen.getByRole('combobox', { name: 'Times missed while the server was down' }));
    await user.click(await screen.findByRole('option', { name: 'Leave them out' }));
    await user.click(screen.getByRole('combobox', { name: 'When the run before is still under way' }));
    await user.click(await screen.findByRole('option', { name: 'Run beside it' }));
    expect(now()).toMatchObject({ misfire: 'skip', overlap: 'allow' });
  });

  it('begins once it is saved, and is paused, resumed and run by hand', async () => {
    toastsSeen();
    let paused = false;
    const set = (value: boolean) => () => {
      paused = value;
      return json({ ...live, paused });
    };
    const { calls, user } = open(MONDAYS, {
      ...preview,
      'POST /api/workflows': ({ body }) => {
        const { workflow: stored } = JSON.parse(body);
        return json({ workflow: { ...stored, triggers: [{ ...stored.triggers[0], id: 'trg_1' }] } }, 201);
      },
      'GET /api/schedules?workflow=wf_test': () => json({ schedules: [{ ...live, paused }] }),
      'POST /api/schedules/sch_1/pause': set(true),
      'POST /api/schedules/sch_1/resume': set(false),
      'POST /api/schedules/sch_1/run-now': () => json({ runId: 'run_now' }),
    });
    expect(screen.getByText('Not active yet')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Save and activate' }));
    expect(await screen.findByRole('heading', { name: 'Active' })).toBeTruthy();
    expect(screen.queryByText('Not active yet')).toBeNull();
    expect(screen.getByText(/Not come yet/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    expect(await screen.findByRole('heading', { name: 'Paused' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    expect(await screen.findByRole('heading', { name: 'Active' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Run now' }));
    await waitFor(() => expect(calls).toContain('POST /api/schedules/sch_1/run-now'));
    await user.type(screen.getByRole('textbox', { name: 'When' }), '{Backspace}2');
    expect(screen.getByText('The saved schedule goes on as it was until you save.')).toBeTruthy();
  });

  it('says what came of its last time, what it missed and what keeps it from running', async () => {
    const told: LiveSchedule = {
      ...live,
      queued: 2,
      problem: 'The node “Mail” has no recipient.',
      missed: { count: 100, since: WEEKS[0] ?? '', until: WEEKS[1] ?? '' },
      last: {
        dueAt: WEEKS[0] ?? '',
        outcome: 'refused',
        note: 'It has no recipient.',
        runId: null,
        runStatus: null,
      },
    };
    open(
      { ...MONDAYS, id: 'trg_1' } as Trigger,
      { ...preview, 'GET /api/schedules': () => json({ schedules: [told] }) },
      true,
    );
    const state = within(await screen.findByRole('region', { name: 'State of the schedule' }));
    expect(state.getByText(/Could not run\. It has no recipient\./)).toBeTruthy();
    expect(state.getByText('2 waiting for their turn.')).toBeTruthy();
    expect(state.getByText(/100 times or more passed while no server ran/)).toBeTruthy();
    expect(state.getByText(/It cannot run as it is saved: The node “Mail” has no recipient\./)).toBeTruthy();
  });
});

describe('a webhook', () => {
  const SAVED = { kind: 'webhook', id: 'trg_1' } as Trigger;
  const hook: LiveHook = {
    id: 'hook_1',
    triggerId: 'trg_1',
    workflowId: 'wf_test',
    workflowName: 'Test',
    url: 'http://127.0.0.1:8000/api/hooks/hook_1',
    hasSecret: false,
    paused: false,
    rotatedAt: null,
  };
  const call = (more: Partial<HookCall>): HookCall => ({
    at: '2026-03-02T10:00:00Z',
    code: 'accepted',
    message: '',
    status: 202,
    size: 9,
    contentType: 'application/json',
    deliveryId: null,
    runId: null,
    runStatus: null,
    ...more,
  });

  it('shows no address before it is saved', () => {
    open({ kind: 'webhook' }, {});
    expect(screen.getByText('A webhook starts runs once the workflow is saved.')).toBeTruthy();
    expect(screen.queryByRole('textbox', { name: 'Address' })).toBeNull();
  });

  it('gets a secret, shows it once, and another one by a click', async () => {
    let made = 0;
    const { user } = open(
      SAVED,
      {
        'GET /api/hooks?workflow=wf_test': () => json({ hooks: [{ ...hook, hasSecret: made > 0 }] }),
        'GET /api/hooks/hook_1/calls': () => json({ calls: [] }),
        'POST /api/hooks/hook_1/rotate': () => {
          made += 1;
          return json({ secret: `secret-${made}` });
        },
      },
      true,
    );
    expect(await screen.findByRole('textbox', { name: 'Address' })).toHaveProperty('value', hook.url);
    expect(screen.getByText('It has no secret yet, so no call is let in.')).toBeTruthy();
    expect(screen.getByText(/Bearer \$SECRET/)).toBeTruthy();
    expect(await screen.findByText(/Nobody called yet/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Make a secret' }));
    expect(await screen.findByRole('textbox', { name: /^Secret/ })).toHaveProperty('value', 'secret-1');
    expect(screen.getByText(/Bearer secret-1/)).toBeTruthy();
    await user.click(await screen.findByRole('button', { name: 'Rotate the secret' }));
    expect(await screen.findByDisplayValue('secret-2')).toBeTruthy();
  });

  it('lists the last calls, with the run of each or why there is none', async () => {
    open(
      SAVED,
      {
        'GET /api/hooks?workflow=wf_test': () => json({ hooks: [{ ...hook, hasSecret: true }] }),
        'GET /api/hooks/hook_1/calls': () =>
          json({
            calls: [
              call({ runId: 'run_1', runStatus: 'completed', deliveryId: 'd-7' }),
              call({
                at: '2026-03-02T09:00:00Z',
                status: 401,
                message: 'The token is not the one of this webhook.',
              }),
            ],
          }),
      },
      true,
    );
    const calls = within(await screen.findByRole('region', { name: 'Last calls' }));
    const [good, bad] = await calls.findAllByRole('listitem');
    expect(good?.textContent).toContain('202 · d-7');
    expect(calls.getByRole('button', { name: 'Show its run (completed)' })).toBeTruthy();
    expect(bad?.textContent).toContain('401 · The token is not the one of this webhook.');
  });

  it('says so when the server does not tell the address, the calls or a secret', async () => {
    const seen = toastsSeen();
    const broken = () => json({ error: 'The disk is full.', code: 'disk_full' }, 507);
    const { user } = open(
      SAVED,
      {
        'GET /api/hooks?workflow=wf_test': () => json({ hooks: [hook] }),
        'GET /api/hooks/hook_1/calls': broken,
        'POST /api/hooks/hook_1/rotate': broken,
      },
      true,
    );
    expect(await screen.findByText('The calls could not be loaded. The disk is full.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Make a secret' }));
    await waitFor(() => expect(seen).toEqual(['The secret was not made: The disk is full.']));
  });
});
