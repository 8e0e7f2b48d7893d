import { screen } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { applyEvents, fromRun } from '@/runs/record';
import { useRun } from '@/runs/runStore';
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

it.each([
  ['condition', 'if', 'None: it failed. The run takes the branch “false”.'],
  ['approval', 'request', 'None: it failed. The run takes the branch “rejected”.'],
  ['http', 'request', 'The error: the run goes on with it.'],
])('says how the run goes on behind a %s that failed', (type, action, words) => {
  const going = node('a', { type, action, onError: 'continue' });
  const graph = workflow([], [], { nodes: [going] });
  const error = { code: 'x', message: 'It broke.', retryable: false };
  const record = applyEvents(fromRun(run('r1', { status: 'running', workflow: graph })), [
    event('start', 'a', 0),
    event('error', 'a', 1, { error }),
  ]);
  useRun.setState({ run: record });
  renderUi(<NodeData node={going} workflow={graph} />);
  expect(screen.getByText(words)).toBeTruthy();
});
