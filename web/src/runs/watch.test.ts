import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { event, fakeFetch, json, resetEvents, run, sse, stream } from '@/test/fakes';
import { useRun } from './store';
import { closeRun, showRun } from './watch';

const NOT_FOUND = () => json({ error: 'There is no such run.', code: 'not_found' }, 404);

beforeEach(resetEvents);
afterEach(closeRun);

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

it('reads the rest of a long log into the log, and leaves the state of a run that is over alone', async () => {
  const first = event('start', null, 1);
  const rest = [event('progress', 'a', 2), event('complete', null, 3)];
  fakeFetch({
    'GET /api/runs/run_1/events': ({ headers }) => {
      expect(headers.get('Last-Event-ID')).toBe('1');
      return stream([sse(...rest)]);
    },
    'GET /api/runs/run_1': () => json(run('run_1', { logs: [first], logCount: 3 })),
  });
  const onEnd = vi.fn();
  await showRun('run_1', { readOnly: true, onEnd });
  expect(onEnd).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(useRun.getState().run?.logs.map(({ seq }) => seq)).toEqual([1, 2, 3]));
  expect(useRun.getState().run?.nodes).toEqual({});
  expect(onEnd).toHaveBeenCalledOnce();
});
