import { notifications } from '@mantine/notifications';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { run } from '@/test/fakes';
import { toastsSeen } from '@/test/toasts';
import { forgetStarted, noticeEnd, toastStarted } from './backgroundToasts';
import { fromRun } from './record';
import { useRun } from './runStore';

let hidden: string[];

beforeEach(() => {
  vi.useFakeTimers();
  hidden = [];
  vi.spyOn(notifications, 'hide').mockImplementation((id) => {
    hidden.push(id);
    return id;
  });
});
afterEach(() => {
  vi.useRealTimers();
  useRun.getState().clear();
});

it('takes back that a run goes on, a moment after it ended on the canvas', () => {
  const seen = toastsSeen();
  useRun.getState().show(fromRun(run('r1')), false);
  toastStarted('r1', 'Read it');
  noticeEnd('r1', 'failed');
  expect(hidden).toEqual([]); // whoever has just started it reads that it is safe
  vi.advanceTimersByTime(5_000);
  expect(hidden).toEqual(['started-r1']);
  expect(seen.length).toBe(1);
});

it('takes back that a run goes on that was over before this page knew that it had started', () => {
  toastsSeen();
  noticeEnd('r5', 'completed'); // the server's word overtook its answer
  toastStarted('r5', 'Read it');
  useRun.getState().show(fromRun(run('r5')), false);
  vi.advanceTimersByTime(5_000);
  expect(hidden).toEqual(['started-r5']);
});

it('takes back what it said of a run that is looked at, and of one that was deleted', () => {
  toastsSeen();
  for (const id of ['r3', 'r4']) {
    toastStarted(id, 'Read it');
    noticeEnd(id, 'failed');
  }
  hidden = [];
  useRun.getState().show(fromRun(run('r3')), true);
  expect(hidden).toContain('ended-r3');
  expect(hidden).not.toContain('ended-r4');
  forgetStarted('r4');
  expect(hidden).toContain('ended-r4');
});

it('says how a run ended that is not on the canvas', () => {
  const seen = toastsSeen();
  toastStarted('r2', 'Read it');
  noticeEnd('r2', 'completed');
  noticeEnd('r2', 'completed');
  expect(hidden).toEqual(['started-r2']);
  expect(seen.map((note) => note.split(':')[0])).toEqual([
    'Running in the background',
    'A background run is complete',
  ]);
});
