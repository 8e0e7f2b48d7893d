import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { event, fakeFetch, json, resetEvents, run, sse, stream } from '@/test/fakes';
import { useRun } from './runStore';
import { closeRun, showRun } from './watchRun';

const NOT_FOUND = () => json({ error: 'There is no such run.', code: 'not_found' }, 404);

beforeEach(resetEvents);
afterEach(closeRun);

const query = (url: string) => new URLSearchParams(url.split('?')[1]);

/** A stream that says what it is told to, when it is told to. */
function controlled() {
  let say: (text: string) => void = () => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      say = (text) => controller.enqueue(new TextEncoder().encode(text));
    },
  });
  return { response: new Response(body), say: (text: string) => say(text) };
}

it('goes on following a run while another one cannot be opened', async () => {
  const going = controlled();
  fakeFetch({
    'GET /api/runs/run_1/events': () => going.response,
    'GET /api/runs/run_1': () => json(run('run_1', { status: 'running', endTime: null })),
    'GET /api/runs/gone': NOT_FOUND,
  });
  await showRun('run_1', { readOnly: false });
  await expect(showRun('gone', { readOnly: true })).rejects.toThrow('There is no such run.');
  going.say(sse(event('complete', null, 10)));
  await vi.waitFor(() => expect(useRun.getState().run?.status).toBe('completed'));
});

it('shows the run that was asked for last, whichever answers first', async () => {
  let answerSlow: (response: Response) => void = () => undefined;
  fakeFetch({
    'GET /api/runs/slow': () =>
      new Promise<Response>((resolve) => {
        answerSlow = resolve;
      }),
    'GET /api/runs/quick': () => json(run('quick')),
  });
  const slow = showRun('slow', { readOnly: true }).catch(() => undefined);
  await showRun('quick', { readOnly: true });
  answerSlow(json(run('slow')));
  await slow;
  expect(useRun.getState().run?.id).toBe('quick');
});

it('tells the end of a run that was over before it could be followed', async () => {
  fakeFetch({ 'GET /api/runs/run_1': () => json(run('run_1')) });
  const onEnd = vi.fn();
  await showRun('run_1', { readOnly: false, onEnd });
  expect(onEnd).toHaveBeenCalledWith();
});

it('says no longer that it follows again once it gave up', async () => {
  let asked = 0;
  fakeFetch({
    'GET /api/runs/run_1/events': () => {
      asked += 1;
      return asked === 1 ? stream([], { broken: true }) : NOT_FOUND();
    },
    'GET /api/runs/run_1': () => json(run('run_1', { status: 'running', endTime: null })),
  });
  const problem = await new Promise((resolve) => {
    void showRun('run_1', { readOnly: false, onEnd: resolve });
  });
  expect(problem).toBe('There is no such run.');
  expect(useRun.getState().stalled).toBe(false);
});

it('shows a run with the last lines of its log, and reads those before them backwards', async () => {
  const log = [1, 2, 3, 4, 5].map((at) => event(at === 5 ? 'complete' : 'log', null, at));
  const asked: number[] = [];
  fakeFetch({
    'GET /api/runs/run_1/logs': ({ url }) => {
      const before = Number(query(url).get('before'));
      asked.push(before);
      const page = log.slice(Math.max(0, before - 3), before - 1);
      return json({ count: 5, logs: page, next: null, previous: before > 3 ? before - 2 : null });
    },
    'GET /api/runs/run_1': ({ url }) => {
      expect(query(url).get('tail')).toBe('200');
      return json(run('run_1', { logs: log.slice(4), logCount: 5 }));
    },
  });
  const onEnd = vi.fn();
  await showRun('run_1', { readOnly: true, onEnd });
  expect(onEnd).toHaveBeenCalledOnce();
  expect(useRun.getState().run?.logs.map(({ seq }) => seq)).toEqual([5]);
  await vi.waitFor(() => expect(useRun.getState().run?.logs.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]));
  expect(asked).toEqual([5, 3]);
  expect(useRun.getState().run?.nodes).toEqual({});
});

it('follows a run that goes on from the lines that came with it', async () => {
  const going = controlled();
  const last = event('start', null, 7);
  fakeFetch({
    'GET /api/runs/run_1/logs': () => json({ count: 1, logs: [], next: null, previous: null }),
    'GET /api/runs/run_1/events': ({ headers }) => {
      expect(headers.get('Last-Event-ID')).toBe(String(last.seq));
      return going.response;
    },
    'GET /api/runs/run_1': () =>
      json(run('run_1', { status: 'running', endTime: null, logs: [last], logCount: last.seq })),
  });
  await showRun('run_1', { readOnly: true });
  going.say(sse(event('complete', null, 10)));
  await vi.waitFor(() => expect(useRun.getState().run?.status).toBe('completed'));
});
