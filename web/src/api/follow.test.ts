import { beforeEach, describe, expect, it, vi } from 'vitest';
import { event, fakeFetch, json, resetEvents, sse, stream, workflow } from '@/test/fakes';
import { follow, startLive } from './follow';
import type { RunEvent } from './types';

const EVENTS = '/api/runs/run_1/events';

function watcher() {
  const seen: RunEvent[] = [];
  const stalls: boolean[] = [];
  const controller = new AbortController();
  const follower = {
    onEvent: (item: RunEvent) => seen.push(item),
    onStalled: (stalled: boolean) => stalls.push(stalled),
    signal: controller.signal,
  };
  return { seen, stalls, controller, follower };
}

function story(): RunEvent[] {
  return [
    event('start', null, 0),
    event('start', 'a', 5),
    event('success', 'a', 50, { output: { text: 'A' } } as Partial<RunEvent>),
    event('complete', null, 60),
  ];
}

beforeEach(resetEvents);

describe('follow', () => {
  it('ends with the last event of the run, though the connection stays open', async () => {
    const events = story();
    fakeFetch({ [`GET ${EVENTS}`]: () => stream([sse(...events)]) });
    const { seen, follower } = watcher();
    await follow('run_1', null, follower);
    expect(seen.map((item) => item.seq)).toEqual([1, 2, 3, 4]);
  });

  it('comes back with the last id it saw, and hands no event over twice', async () => {
    const events = story();
    const asked: (string | null)[] = [];
    fakeFetch({
      [`GET ${EVENTS}`]: ({ headers }) => {
        asked.push(headers.get('Last-Event-ID'));
        // The second answer repeats an event, as a careless proxy might.
        return asked.length === 1
          ? stream([sse(...events.slice(0, 2))], { broken: true })
          : stream([sse(...events.slice(1))]);
      },
    });
    const { seen, stalls, follower } = watcher();
    await follow('run_1', null, follower);
    expect(asked).toEqual([null, '2']);
    expect(seen.map((item) => item.seq)).toEqual([1, 2, 3, 4]);
    expect(stalls).toEqual([true, false]);
  });

  it('is back as soon as the server answers, though the run is silent', async () => {
    let asked = 0;
    fakeFetch({
      [`GET ${EVENTS}`]: () => {
        asked += 1;
        return asked === 1 ? stream([], { broken: true }) : new Response(new ReadableStream());
      },
    });
    const { stalls, controller, follower } = watcher();
    const done = follow('run_1', 3, follower);
    await vi.waitFor(() => expect(stalls).toEqual([true, false]), 5_000);
    controller.abort();
    await done;
  });

  it('gives up when the server refuses', async () => {
    fakeFetch({ [`GET ${EVENTS}`]: () => json({ error: 'There is no such run.', code: 'not_found' }, 404) });
    await expect(follow('run_1', null, watcher().follower)).rejects.toThrow('There is no such run.');
  });

  it('stops when it is told to', async () => {
    const { controller, follower, seen } = watcher();
    fakeFetch({ [`GET ${EVENTS}`]: () => stream([], { broken: true }) });
    const done = follow('run_1', 3, follower);
    controller.abort();
    await done;
    expect(seen).toEqual([]);
  });
});

describe('startLive', () => {
  it('reads the run from the answer and goes on elsewhere when that breaks off', async () => {
    const events = story();
    const { calls } = fakeFetch({
      'POST /api/execute': () =>
        stream([sse(...events.slice(0, 2))], { broken: true, headers: { 'X-Run-Id': 'run_1' } }),
      [`GET ${EVENTS}`]: () => stream([sse(...events.slice(2))]),
    });
    const { seen, follower } = watcher();
    const { runId, done } = await startLive({ workflow: workflow(['a']), config: {} }, follower);
    await done;
    expect(runId).toBe('run_1');
    expect(seen.map((item) => item.seq)).toEqual([1, 2, 3, 4]);
    expect(calls).toEqual(['POST /api/execute', `GET ${EVENTS}`]);
  });

  it('passes a refusal on with what is missing', async () => {
    fakeFetch({
      'POST /api/execute': () =>
        json({ error: 'Something is open.', code: 'missing_values', details: [{}] }, 422),
    });
    await expect(
      startLive({ workflow: workflow(['a']), config: {} }, watcher().follower),
    ).rejects.toMatchObject({
      code: 'missing_values',
      status: 422,
      details: [{}],
    });
  });
});
