import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { fakeFetch, json, run } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { RunEngine } from './RunEngine';
import { fromRun } from './record';

const there = 'http://inngest.test/run?runID=01J';

describe('the engine of a run', () => {
  it('is named, without a way where it has no page', () => {
    const { calls } = fakeFetch({});
    renderUi(<RunEngine run={fromRun(run('a'))} />);
    expect(screen.getByText('In the background, by the embedded engine')).toBeTruthy();
    expect(screen.queryByRole('link')).toBeNull();
    expect(calls).toEqual([]);
  });

  it('links to the run at its server', () => {
    renderUi(<RunEngine run={fromRun(run('a', { engine: 'inngest', engineUrl: there }))} />);
    const link = screen.getByRole('link', { name: 'See it in Inngest' });
    expect(link.getAttribute('href')).toBe(there);
    expect(link.getAttribute('rel')).toContain('noopener');
  });

  it('asks for the way once the run has begun', async () => {
    const { calls } = fakeFetch({
      'GET /api/runs/a': () => json(run('a', { engine: 'inngest', engineUrl: there })),
    });
    const stored = fromRun(run('a', { engine: 'inngest', status: 'pending', startTime: null }));
    const { unmount } = renderUi(<RunEngine run={stored} />);
    expect(calls).toEqual([]);
    unmount();
    const startTime = Date.parse('2026-03-02T10:00:00Z');
    renderUi(<RunEngine run={{ ...stored, status: 'running', startTime }} />);
    expect((await screen.findByRole('link')).getAttribute('href')).toBe(there);
  });
});
