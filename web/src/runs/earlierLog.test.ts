import { beforeEach, expect, it } from 'vitest';
import { event, fakeFetch, json, run } from '@/test/fakes';
import { wholeLog } from './earlierLog';
import { fromRun } from './record';
import { useRun } from './runStore';

const LOG = [1, 2, 3, 4, 5].map((at) => event('log', null, at));

beforeEach(() => useRun.getState().show(fromRun(run('run_1', { logs: LOG.slice(4), logCount: 5 })), true));

it('copies the whole log, also the lines that were not loaded', async () => {
  fakeFetch({
    'GET /api/runs/run_1/logs': ({ url }) => {
      const before = Number(new URLSearchParams(url.split('?')[1]).get('before'));
      const page = LOG.slice(Math.max(0, before - 3), before - 1);
      return json({ count: 5, logs: page, next: null, previous: before > 3 ? before - 2 : null });
    },
  });
  expect((await wholeLog('run_1')).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect(useRun.getState().run?.logs).toHaveLength(1);
});

it('copies nothing where a part of it cannot be had', async () => {
  fakeFetch({ 'GET /api/runs/run_1/logs': () => json({ error: 'The disk is full.' }, 503) });
  await expect(wholeLog('run_1')).rejects.toThrow('The disk is full.');
});
