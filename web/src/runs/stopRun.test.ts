import { notifications, notificationsStore } from '@mantine/notifications';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useConnection } from '@/base/connection';
import { fakeFetch, json, run } from '@/test/fakes';
import { fromRun } from './record';
import { useRun } from './runStore';
import { stopRun } from './stopRun';

const shown = () => notificationsStore.getState().notifications.map(({ title }) => title);
const going = (id: string) => fromRun(run(id, { status: 'running', endTime: null }));

beforeEach(() => {
  notifications.clean();
  useRun.getState().show(going('r1'), false);
});
afterEach(() => useRun.getState().clear());

const away = () => fakeFetch({ 'POST /api/runs/r1/cancel': () => Promise.reject(new TypeError('away')) });

it('says once that a run could not be stopped, until it is over', async () => {
  away();
  await stopRun('r1');
  await stopRun('r1');
  expect(shown()).toEqual(['The run could not be stopped']);
  useRun.getState().show(fromRun(run('r1')), false);
  expect(shown()).toEqual([]);
});

it('says it no longer once the server answers again', async () => {
  away();
  await stopRun('r1');
  useConnection.setState({ lost: true });
  expect(shown().length).toBe(1);
  useConnection.setState({ lost: false });
  expect(shown()).toEqual([]);
});

it('goes on saying what the server refused, until it is taken back', async () => {
  fakeFetch({
    'POST /api/runs/r1/cancel': () => json({ error: 'The disk is full.', code: 'disk_full' }, 503),
  });
  await stopRun('r1');
  useConnection.setState({ lost: true });
  useConnection.setState({ lost: false });
  expect(shown().length).toBe(1);
  fakeFetch({ 'POST /api/runs/r1/cancel': () => json({ success: true, status: 'cancelled' }) });
  await stopRun('r1');
  expect(shown()).toEqual([]);
});
