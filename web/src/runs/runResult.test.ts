import { expect, it } from 'vitest';
import type { NodeResult } from '@/api/types';
import { event, node, workflow } from '@/test/fakes';
import { endsOf, failuresOf, wordsOf } from './runResult';

const result = (nodeId: string, status: NodeResult['status'], error?: string): NodeResult => ({
  nodeId,
  status,
  attempt: 1,
  startTime: null,
  endTime: null,
  durationMs: null,
  output: status === 'completed' ? { text: nodeId, files: [] } : null,
  error: error ? { code: 'broken', message: error, retryable: false } : null,
  reusedFrom: null,
});

const run = (
  edges: string[],
  results: Record<string, NodeResult['status']>,
  status = 'completed' as const,
) => ({
  workflow: workflow(['a', 'b', 'c', 'd'], edges),
  nodes: Object.fromEntries(Object.entries(results).map(([id, state]) => [id, result(id, state)])),
  status,
});
const ids = (ends: { node: { id: string } }[]) => ends.map((end) => end.node.id);

it('is what the last nodes of each way made', () => {
  const all = { a: 'completed', b: 'completed', c: 'completed', d: 'completed' } as const;
  expect(ids(endsOf(run(['a>b', 'b>c', 'b>d'], all)))).toEqual(['c', 'd']);
});

it('stands where a way ended sooner: at a branch that was not taken, and before what was cancelled', () => {
  const some = { a: 'completed', b: 'completed', c: 'skipped', d: 'cancelled' } as const;
  expect(ids(endsOf(run(['a>b', 'b>c', 'b>d'], some)))).toEqual(['b']);
});

it('is apart from what broke the run', () => {
  const failed = {
    ...run(['a>b', 'c>d'], { a: 'completed', b: 'failed', c: 'completed' }),
    status: 'failed' as const,
  };
  expect(ids(failuresOf(failed))).toEqual(['b']);
  expect(ids(endsOf(failed))).toEqual(['c']);
});

it('says of a delivery what the node said of it', () => {
  const mail = node('a', { type: 'email', label: 'Email me' });
  const logs = [
    event('log', 'a', 1, { message: 'Email me: Sent to ada@example.org' }),
    event('success', 'a', 2),
  ];
  const delivery = { group: 'delivery' } as Parameters<typeof wordsOf>[2];
  expect(wordsOf({ logs }, mail, delivery)).toBe('Sent to ada@example.org');
  expect(wordsOf({ logs }, mail, null)).toBe('');
});
