import { beforeEach, describe, expect, it } from 'vitest';
import { event, resetEvents, workflow } from '@/test/fakes';
import { criticalPath, roughTimeline, timelineOf } from './timeline';

const NOW = Date.parse('2026-03-02T10:00:09Z');

beforeEach(resetEvents);

describe('the timeline', () => {
  it('draws a diamond with its critical path', () => {
    const diamond = workflow(['a', 'fast', 'slow', 'end'], ['a>fast', 'a>slow', 'fast>end', 'slow>end']);
    const { rows, length } = timelineOf(
      diamond,
      [
        event('start', null, 0),
        event('start', 'a', 0),
        event('success', 'a', 100),
        event('start', 'fast', 100),
        event('start', 'slow', 110),
        event('success', 'fast', 1_100),
        event('success', 'slow', 2_100),
        event('start', 'end', 2_100),
        event('success', 'end', 2_200),
        event('complete', null, 2_210),
      ],
      NOW,
    );
    expect(length).toBe(2_210);
    expect(rows.map((row) => [row.nodeId, row.critical])).toEqual([
      ['a', true],
      ['fast', false],
      ['slow', true],
      ['end', true],
    ]);
    expect(rows[2]?.segments).toEqual([{ kind: 'completed', attempt: 1, from: 110, to: 2_100 }]);
  });

  it('draws each attempt, and the waits in between', () => {
    const { rows } = timelineOf(
      workflow(['a']),
      [
        event('start', null, 0),
        event('start', 'a', 10, { attempt: 1 }),
        event('retry', 'a', 20, { attempt: 1 }),
        event('start', 'a', 520, { attempt: 2 }),
        event('error', 'a', 530, { attempt: 2, error: { code: 'x', message: 'no', retryable: false } }),
        event('error', null, 540, { error: { code: 'x', message: 'no', retryable: false } }),
      ],
      NOW,
    );
    expect(rows[0]?.segments).toEqual([
      { kind: 'failed', attempt: 1, from: 10, to: 20 },
      { kind: 'waiting', attempt: 1, from: 20, to: 520 },
      { kind: 'failed', attempt: 2, from: 520, to: 530 },
    ]);
  });

  it('lets what still goes on reach to the present', () => {
    const { rows, length } = timelineOf(
      workflow(['a', 'b']),
      [event('start', null, 0), event('start', 'a', 0), event('waiting', 'a', 50), event('start', 'b', 100)],
      NOW,
    );
    expect(length).toBe(9_000);
    expect(rows[0]?.segments.at(-1)).toEqual({ kind: 'waiting', attempt: 1, from: 50, to: 9_000 });
    expect(rows[1]?.segments).toEqual([{ kind: 'running', attempt: 1, from: 100, to: 9_000 }]);
  });

  it('draws what the server stopped under as cut off, not as done', () => {
    const { rows } = timelineOf(
      workflow(['a']),
      [
        event('start', null, 0),
        event('start', 'a', 0),
        event('waiting', 'a', 50, { data: { waitsFor: 'turn' } }),
      ],
      NOW,
    );
    expect(rows[0]?.segments.map(({ kind }) => kind)).toEqual(['cancelled', 'waiting']);
  });

  it('closes what a cancelled run left open', () => {
    const { rows } = timelineOf(
      workflow(['a']),
      [event('start', null, 0), event('start', 'a', 0), event('cancelled', null, 300)],
      NOW,
    );
    expect(rows[0]?.segments).toEqual([{ kind: 'cancelled', attempt: 1, from: 0, to: 300 }]);
  });

  it('is empty before the first event', () => {
    expect(timelineOf(workflow(['a']), [], NOW)).toEqual({ rows: [], length: 0 });
  });
});

it('the critical path passes over predecessors that never ran', () => {
  const graph = workflow(['a', 'skipped', 'end'], ['a>end', 'skipped>end']);
  expect([
    ...criticalPath(
      graph,
      new Map([
        ['a', 5],
        ['end', 9],
      ]),
    ),
  ]).toEqual(['end', 'a']);
});

it('draws nodes by their results while the log is here in part, and never backwards', () => {
  const at = (seconds: number) => Date.parse('2026-03-02T10:00:00Z') + seconds * 1_000;
  const node = (nodeId: string, from: number, to: number | null) => ({
    nodeId,
    status: to === null ? ('running' as const) : ('completed' as const),
    attempt: 1,
    startTime: at(from),
    endTime: to === null ? null : at(to),
    durationMs: null,
    output: null,
    error: null,
    reusedFrom: null,
  });
  const nodes = { a: node('a', 0, 2), b: node('b', 2, null), c: node('c', 20, null) };
  const run = { workflow: workflow(['a', 'b', 'c']), nodes, startTime: at(0), endTime: null };
  const { rows, length } = roughTimeline(run, NOW);
  expect(length).toBe(20_000);
  expect(rows.map((row) => row.segments.map(({ kind, from, to }) => [kind, from, to]))).toEqual([
    [['completed', 0, 2_000]],
    [['running', 2_000, 9_000]],
    [['running', 20_000, 20_000]],
  ]);
});
