import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { ago, dayOf, duration, relative } from '@/base/format';
import { useUi } from '@/base/ui';
import { fakeFetch, json, summary } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { HistoryDrawer } from './HistoryDrawer';
import { groupByDay, HistoryList } from './HistoryList';

const NOW = new Date(2026, 2, 3, 15, 0).getTime();
const at = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString();

describe('times in words', () => {
  it('are short', () => {
    expect(duration(340)).toBe('340 ms');
    expect(duration(2_140)).toBe('2.1 s');
    expect(duration(200_000)).toBe('3 min 20 s');
    expect(duration(null)).toBe('');
    expect(relative(new Date(NOW - 3_000).toISOString(), NOW)).toBe('just now');
    expect(relative(new Date(NOW - 5 * 60_000).toISOString(), NOW)).toBe('5 minutes ago');
  });

  it('say of nothing that happened that it is still to come', () => {
    const later = new Date(NOW + 25_000).toISOString();
    expect(ago(later, NOW)).toBe('just now');
    expect(relative(later, NOW)).toBe('in 25 seconds');
  });

  it('name the day', () => {
    expect(dayOf(at(3, 1), NOW)).toBe('Today');
    expect(dayOf(at(2, 23), NOW)).toBe('Yesterday');
    expect(dayOf(at(1, 12), NOW)).toBe('Sunday 1 March');
  });
});

describe('the list', () => {
  it('is grouped by day, in its order', () => {
    const runs = [
      summary('c', { createdAt: at(3, 9) }),
      summary('b', { createdAt: at(3, 8) }),
      summary('a', { createdAt: at(1, 8) }),
    ];
    const days = groupByDay(runs, NOW);
    expect(days.map(({ day, runs: of }) => [day, of.map((run) => run.id)])).toEqual([
      ['Today', ['c', 'b']],
      ['Sunday 1 March', ['a']],
    ]);
  });

  it('says what was said, how it went, and offers what fits the status', () => {
    const interrupted = { code: 'interrupted', message: 'The server stopped.', retryable: false };
    renderUi(
      <HistoryList
        runs={[
          summary('done'),
          summary('going', { status: 'running', endTime: null, durationMs: null, doneCount: 1 }),
          summary('broken', { status: 'failed', engine: 'live', error: interrupted }),
        ]}
      />,
    );
    const row = (id: string) => within(screen.getByTestId(`run-${id}`));
    expect(row('done').getByText('Do done')).toBeTruthy();
    expect(row('done').getByText('Completed')).toBeTruthy();
    expect(row('done').getByText(/2\.0 s · background/)).toBeTruthy();
    expect(row('done').queryByLabelText('Stop this run')).toBeNull();
    expect(row('going').getByText(/1 of 2 nodes/)).toBeTruthy();
    expect(row('going').getByLabelText('Stop this run')).toBeTruthy();
    expect(row('going').queryByLabelText(/^Delete/)).toBeNull();
    expect(row('broken').getByText('The server stopped.')).toBeTruthy();
    expect(row('broken').getByRole('button', { name: 'Run in Background' })).toBeTruthy();
  });
});

describe('the drawer', () => {
  it('shows the true total, pages on and deletes after a question', async () => {
    const { calls } = fakeFetch({
      'GET /api/workflow-history?limit=30&brief=true&cursor=next': () =>
        json({ success: true, count: 42, running: 0, history: [summary('older')], next: null }),
      'GET /api/workflow-history': () =>
        json({ success: true, count: 42, running: 0, history: [summary('newest')], next: 'next' }),
      'DELETE /api/runs/newest': () => json({ success: true }),
    });
    const user = userEvent.setup();
    useUi.setState({ historyOpen: true });
    renderUi(<HistoryDrawer />);
    expect(await screen.findByText('42 runs')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Older runs' }));
    expect(await screen.findByText('Do older')).toBeTruthy();
    await user.click(screen.getByLabelText('Delete “Do newest”'));
    await user.click(await screen.findByRole('button', { name: 'Delete run' }));
    expect(calls).toContain('DELETE /api/runs/newest');
  });

  it('says so when nothing fits the filter', async () => {
    fakeFetch({
      'GET /api/workflow-history': () =>
        json({ success: true, count: 0, running: 0, history: [], next: null }),
    });
    const user = userEvent.setup();
    useUi.setState({ historyOpen: true });
    renderUi(<HistoryDrawer />);
    expect(await screen.findByText(/No runs yet/)).toBeTruthy();
    await user.type(screen.getByLabelText('Search the history'), 'zebra');
    expect(await screen.findByText('No run fits this filter.')).toBeTruthy();
  });
});
