import { beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '@/api/types';
import { event, resetEvents, run, workflow } from '@/test/fakes';
import { itemsText } from './counts';
import { filterLog, toLines } from './log';
import { applyEvents, fromRun, isInterrupted, newRecord } from './record';

const start = { workflow: workflow(['a', 'b'], ['a>b']), config: {}, said: 'do it' };
const fresh = () => newRecord('run_1', 'live', start);

beforeEach(resetEvents);

describe('a run from its events', () => {
  it('goes from start to end', () => {
    const events = [
      event('start', null, 0),
      event('start', 'a', 10),
      event('success', 'a', 250, {
        output: { text: 'A' },
        metrics: { inputTokens: 5, outputTokens: 2, estimated: false },
      } as Partial<RunEvent>),
      event('skipped', 'b', 260),
      event('complete', null, 300),
    ];
    const record = applyEvents(fresh(), events);
    expect(record.status).toBe('completed');
    expect(record.nodes.a).toMatchObject({ status: 'completed', durationMs: 240 });
    expect(record.nodes.a?.output).toMatchObject({ text: 'A', metrics: { inputTokens: 5 } });
    expect(record.nodes.b?.status).toBe('skipped');
    expect(record.logs).toHaveLength(5);
  });

  it('counts the items of a node that runs once per item', () => {
    const told = (data: Record<string, unknown>) => event('progress', 'a', 20, { data } as Partial<RunEvent>);
    const record = applyEvents(fresh(), [
      event('start', 'a', 10),
      told({ done: 0, failed: 0, total: 3 }),
      told({ item: 1, status: 'failed', done: 0, failed: 1, reused: 0, total: 3 }),
      told({ item: 0 }),
    ]);
    expect(record.nodes.a).toMatchObject({ status: 'running', items: { done: 0, failed: 1, total: 3 } });
    expect(itemsText(record.nodes.a?.items)).toBe('1 of 3 items, 1 failed');
    expect(itemsText({ done: 1, failed: 0, reused: 0, total: 1 })).toBe('1 item');
    expect(itemsText({ done: 7, failed: 2, reused: 6, total: 10 })).toBe('9 of 10 items, 6 reused, 2 failed');
    expect(itemsText(null)).toBe('');
  });

  it('waits while a node does and none is at work', () => {
    let record = applyEvents(fresh(), [
      event('start', null, 0),
      event('start', 'a', 1),
      event('start', 'b', 1),
    ]);
    const statusAfter = (next: RunEvent) => {
      record = applyEvents(record, [next]);
      return record.status;
    };
    expect(
      statusAfter(event('waiting', 'a', 2, { data: { until: '2027-01-01T00:00:00Z' } } as Partial<RunEvent>)),
    ).toBe('running');
    expect(statusAfter(event('retry', 'b', 3))).toBe('waiting');
    expect(statusAfter(event('start', 'b', 4))).toBe('running');
    expect(statusAfter(event('success', 'b', 5, { output: { text: '' } } as Partial<RunEvent>))).toBe(
      'waiting',
    );
    expect(statusAfter(event('success', 'a', 6, { output: { text: '' } } as Partial<RunEvent>))).toBe(
      'running',
    );
    expect(statusAfter(event('complete', null, 7))).toBe('completed');
    const turn = event('waiting', 'a', 2, { data: { waitsFor: 'turn' } } as Partial<RunEvent>);
    expect(applyEvents(fresh(), [event('start', null, 0), event('start', 'a', 1), turn]).status).toBe(
      'running',
    );
  });

  it('knows while it cannot be sent to the server of its engine', () => {
    const told = (unsent: boolean) => event('log', null, 5, { data: { unsent } } as Partial<RunEvent>);
    const stored = applyEvents(newRecord('run_1', 'inngest', start), [told(true)]);
    expect(stored).toMatchObject({ status: 'pending', unsent: true });
    expect(applyEvents(stored, [told(false)]).unsent).toBe(false);
    expect(applyEvents(stored, [event('start', null, 9)]).unsent).toBe(false);
    expect(applyEvents(stored, [event('cancelled', null, 9)]).unsent).toBe(false);
    const running = applyEvents(stored, [event('start', null, 9), told(true)]);
    expect(running.unsent).toBe(false);
    expect(fromRun(run('run_1', { status: 'pending', unsent: true })).unsent).toBe(true);
  });

  it('takes over what an earlier run made', () => {
    const record = applyEvents(fresh(), [
      event('start', null, 0),
      event('success', 'a', 1, { output: { text: 'A' }, data: { reusedFrom: 'run_0' } } as Partial<RunEvent>),
      event('error', 'b', 1, { output: { text: 'no' }, data: { reusedFrom: 'run_0' } } as Partial<RunEvent>),
    ]);
    expect(record.nodes.a).toMatchObject({ status: 'completed', reusedFrom: 'run_0', startTime: null });
    expect(record.nodes.b).toMatchObject({ status: 'failed', reusedFrom: 'run_0', output: { text: 'no' } });
  });

  it('shows retries and the attempt', () => {
    const record = applyEvents(fresh(), [
      event('start', 'a', 0, { attempt: 1 }),
      event('retry', 'a', 10, { attempt: 1, error: { code: 'http', message: '503', retryable: true } }),
    ]);
    expect(record.nodes.a).toMatchObject({ status: 'retrying', error: { message: '503' } });
    const again = applyEvents(record, [event('start', 'a', 900, { attempt: 2 })]);
    expect(again.nodes.a).toMatchObject({ status: 'running', attempt: 2, error: null });
  });

  it('takes no event twice', () => {
    const first = event('start', null, 0);
    const record = applyEvents(fresh(), [first]);
    expect(applyEvents(record, [first])).toBe(record);
  });

  it('leaves nothing going in a run that is over', () => {
    const record = applyEvents(fresh(), [
      event('start', 'a', 0),
      event('error', null, 50, {
        error: { code: 'interrupted', message: 'The server stopped.', retryable: false },
      }),
    ]);
    expect(record).toMatchObject({ status: 'failed', error: 'The server stopped.', interrupted: true });
    expect(record.nodes.a?.status).toBe('cancelled');
  });
});

describe('a run from the history', () => {
  it('keeps its words, config and results', () => {
    const record = fromRun(run('run_2', { config: { recipientEmail: 'me@example.com' } }));
    expect(record).toMatchObject({ said: 'Do run_2', config: { recipientEmail: 'me@example.com' } });
  });

  it('can be run again when the server broke it off', () => {
    const error = { code: 'interrupted', message: '', retryable: false };
    expect(isInterrupted(run('r', { status: 'failed', error }))).toBe(true);
    expect(isInterrupted(run('r', { status: 'failed', error: { ...error, code: 'http_503' } }))).toBe(false);
  });
});

describe('the log', () => {
  it('names nodes by their label and adds the error', () => {
    const [line] = toLines(
      [
        event('error', 'a', 0, {
          message: 'Failed',
          error: { code: 'x', message: 'No route to host', retryable: false },
        }),
      ],
      workflow(['a']),
    );
    expect(line).toMatchObject({ label: 'a', message: 'Failed: No route to host', tone: 'bad' });
  });

  it('is filtered by every word', () => {
    const lines = toLines(
      [event('log', 'a', 0, { message: 'Read 12 rows' }), event('log', 'b', 1, { message: 'Read nothing' })],
      workflow(['a', 'b']),
    );
    expect(filterLog(lines, 'read ROWS')).toHaveLength(1);
    expect(filterLog(lines, '  ')).toHaveLength(2);
  });
});
