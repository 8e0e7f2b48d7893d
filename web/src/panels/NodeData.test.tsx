import { screen } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { applyEvents, fromRun } from '@/runs/record';
import { useRun } from '@/runs/store';
import { event, fakeFetch, json, node, resetEvents, run, workflow } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { NodeData } from './NodeData';

const HELD = 'Waits for its turn: the server stopped 8 times soon after this node had started.';

beforeEach(() => {
  resetEvents();
  fakeFetch({ 'GET /api/approvals': () => json({ count: 0, approvals: [] }) });
});

it('says what a node waits for that the server stopped under too often, until it has its turn', async () => {
  const graph = workflow(['a']);
  const held = event('waiting', 'a', 0, { message: HELD, data: { waitsFor: 'turn' } });
  const record = applyEvents(fromRun(run('r1', { status: 'running', workflow: graph })), [held]);
  useRun.setState({ run: record });
  const { rerender } = renderUi(<NodeData node={node('a')} workflow={graph} />);
  expect((await screen.findByRole('note')).textContent).toContain(HELD);
  expect(record.nodes.a?.status).toBe('waiting');

  useRun.setState({ run: applyEvents(record, [event('start', 'a', 1)]) });
  rerender(<NodeData node={node('a')} workflow={graph} />);
  expect(screen.queryByRole('note')).toBeNull();
  expect(useRun.getState().run?.nodes.a?.status).toBe('running');
});
