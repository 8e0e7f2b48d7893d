import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { useUi } from '@/base/ui';
import { fakeFetch, json, type Route, summary } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { toastsSeen } from '@/test/toasts';
import { HistoryDrawer } from './HistoryDrawer';
import { NOTHING, toFilter, unselect, useHistoryView } from './historyView';

const LIST: Record<string, Route> = {
  'GET /api/workflow-history': () =>
    json({ success: true, count: 2, running: 0, history: [summary('new'), summary('old')], next: null }),
};

function open(routes: Record<string, Route> = {}) {
  const fake = fakeFetch({ ...routes, ...LIST });
  useUi.setState({ historyOpen: true });
  renderUi(<HistoryDrawer />);
  return { ...fake, user: userEvent.setup() };
}

beforeEach(() => {
  useHistoryView.getState().set({ ...NOTHING, statisticsOpen: false, comparing: null });
  unselect();
});

describe('the filter', () => {
  it('takes several values, and days of the reader from their beginning to their end', () => {
    const filter = toFilter(
      { ...NOTHING, statuses: ['failed', 'cancelled'], from: '2026-03-01', to: '2026-03-01' },
      'news',
    );
    expect(filter).toEqual({
      status: ['failed', 'cancelled'],
      q: 'news',
      since: new Date(2026, 2, 1).toISOString(),
      until: new Date(2026, 2, 2).toISOString(),
    });
    expect(toFilter({ ...NOTHING, from: 'nonsense' })).toEqual({});
  });

  it('asks the server for what is chosen, shows it as chips, and takes them away', async () => {
    const { calls, user } = open();
    await screen.findByText('2 runs');
    await user.click(screen.getByRole('button', { name: 'Filter' }));
    await user.click(screen.getByRole('combobox', { name: 'Status' }));
    await user.click(await screen.findByRole('option', { name: 'Failed' }));
    await user.click(await screen.findByRole('option', { name: 'Cancelled' }));
    await waitFor(() =>
      expect(calls.some((call) => call.includes('status=failed&status=cancelled'))).toBe(true),
    );
    await user.click(screen.getByRole('button', { name: 'Remove the filter “Failed”' }));
    expect(useHistoryView.getState().statuses).toEqual(['cancelled']);
    await user.click(screen.getByRole('button', { name: 'Clear all' }));
    expect(useHistoryView.getState().statuses).toEqual([]);
  });
});

describe('the selection', () => {
  it('deletes what is selected, after a question, and tells how far it is', async () => {
    const bodies: string[] = [];
    let state = 'running'; // until it was seen, however long that takes
    const { user } = open({
      'POST /api/history/removals': ({ body }) => {
        bodies.push(body);
        return json({ id: 'del_1', state: 'running', total: 1, deleted: 0, error: null }, 202);
      },
      'GET /api/history/removals/del_1': () =>
        json({ id: 'del_1', state, total: 1, deleted: state === 'done' ? 1 : 0, error: null }),
    });
    await user.click(await screen.findByRole('checkbox', { name: 'Select “Do new”' }));
    await user.click(screen.getByRole('button', { name: 'Delete' }));
    await user.click(await screen.findByRole('button', { name: 'Delete for good' }));
    expect(await screen.findByText(/Deleting: 0 of 1 run/)).toBeTruthy();
    state = 'done';
    await waitFor(() => expect(screen.queryByText(/Deleting/)).toBeNull());
    expect(bodies.map((body) => JSON.parse(body))).toEqual([{ ids: ['new'] }]);
    expect(useHistoryView.getState().selected.size).toBe(0);
  });

  it('looks after a deletion while the history is closed, and says how it ended', async () => {
    const seen = toastsSeen();
    let state = 'running';
    const removal = () => json({ id: 'del_1', state, total: 9, deleted: 4, error: null });
    const { user } = open({
      'POST /api/history/removals': removal,
      'GET /api/history/removals/del_1': removal,
      'DELETE /api/history/removals/del_1': () => {
        state = 'cancelled';
        return removal();
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Delete all shown' }));
    await user.click(await screen.findByRole('button', { name: 'Delete for good' }));
    await screen.findByText(/Deleting: 4 of 9 runs/);
    cleanup();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(seen).toEqual([]);
    renderUi(<HistoryDrawer />);
    await user.click(await screen.findByRole('button', { name: 'Stop' }));
    await waitFor(() => expect(seen).toEqual(['4 runs deleted, then stopped']));
  });

  it('deletes all that the filter shows when nothing is selected', async () => {
    const bodies: string[] = [];
    const { user } = open({
      'POST /api/history/removals': ({ body }) => {
        bodies.push(body);
        return json({ id: 'del_1', state: 'done', total: 2, deleted: 2, error: null }, 202);
      },
    });
    useHistoryView.getState().set({ statuses: ['failed'] });
    await user.click(await screen.findByRole('button', { name: 'Delete all shown' }));
    expect(await screen.findByText(/Delete 2 runs with their logs/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Delete for good' }));
    await waitFor(() =>
      expect(bodies.map((body) => JSON.parse(body))).toEqual([
        { filter: { status: ['failed'], trigger: [] } },
      ]),
    );
  });

  it('compares two runs node by node', async () => {
    const pair = (label: string, more: object) => ({
      nodeId: label, label, left: null, right: null, only: null, compared: false,
      paramsDiffer: false, outputDiffers: false, cut: false, lines: [], ...more,
    }); // biome-ignore format: one node
    const result = {
      nodeId: 'a', status: 'completed', attempt: 2, startTime: null, endTime: null,
      durationMs: 40, output: null, error: null,
    }; // biome-ignore format: one result
    const { calls, user } = open({
      'GET /api/runs/new/compare/old': () =>
        json({
          left: summary('old'),
          right: summary('new'),
          configDiffers: true,
          nodes: [
            {
              nodeId: 'a',
              label: 'Greet',
              left: result,
              right: null,
              paramsDiffer: true,
              outputDiffers: true,
              only: null,
              compared: false,
              cut: false,
              lines: [
                { kind: 'removed', text: 'Hi Ada' },
                { kind: 'added', text: 'Hi Bea' },
              ],
            },
            pair('New', { right: result, only: 'right', paramsDiffer: true }),
            pair('Idle', {}),
            pair('Equal', { left: result, right: result, compared: true }),
          ],
        }),
    });
    await user.click(await screen.findByRole('checkbox', { name: 'Select “Do new”' }));
    await user.click(screen.getByRole('checkbox', { name: 'Select “Do old”' }));
    await user.click(screen.getByRole('button', { name: 'Compare' }));
    const node = within(await screen.findByRole('region', { name: 'Greet' }));
    expect(calls).toContain('GET /api/runs/new/compare/old');
    expect(node.getByText('settings differ')).toBeTruthy();
    expect(node.getByText('2 attempts')).toBeTruthy();
    expect(node.getByText('was not reached')).toBeTruthy();
    expect(node.getByText('+ Hi Bea')).toBeTruthy();
    const text = (label: string) => screen.getByRole('region', { name: label }).textContent;
    expect(text('New')).toContain('only in the other workflow');
    expect(text('New')).not.toContain('settings differ');
    expect(text('New')).not.toContain('The results are the same.');
    expect(text('Idle')).not.toContain('The results are the same.');
    expect(text('Equal')).toContain('The results are the same.');
  });
});

it('shows the figures of each workflow, and the runs behind them', async () => {
  const { user } = open({
    'GET /api/statistics': () =>
      json({
        workflows: [
          {
            workflowId: 'wf_a', name: 'Daily', runs: 1200, completed: 1100, failed: 100, cancelled: 0, open: 0,
            successRate: 0.9167, p50Ms: 1500, p95Ms: 9000, cost: 0.0123, inputTokens: 4000, outputTokens: 500,
            estimated: true, lastRun: '2026-03-02T10:00:00Z',
          }, // biome-ignore format: one line of figures
        ],
      }),
    'GET /api/history/disk': () => json({ database: 2048, log: 0, free: 0, files: 0, left: 5e9 }),
    'GET /api/history/retention': () => json({ days: 30, runs: null, count: 0, kept: 2, removal: null }),
  });
  await user.click(await screen.findByRole('button', { name: 'Statistics' }));
  const row = await screen.findByRole('row', { name: /Daily/ });
  expect(within(row).getAllByRole('cell').map((cell) => cell.textContent)).toEqual([
    'Daily', '1,200', '92 %', '1.5 s', '9.0 s', '$0.0123 *', '4,000 / 500',
  ]); // biome-ignore format: one row
  expect(await screen.findByText(/Runs are kept for 30 days/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Show the runs of “Daily”' }));
  expect(await screen.findByText('Workflow: Daily')).toBeTruthy();
});
