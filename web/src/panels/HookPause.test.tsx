import { Notifications } from '@mantine/notifications';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { fakeFetch, json, workflow } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { useEditor } from '@/workflow/editor';
import { WebhookState } from './WebhookState';

const HOOK = {
  id: 'hook_1',
  workflowId: 'wf_test',
  workflowName: 'Test',
  triggerId: 'trigger-0',
  url: 'http://127.0.0.1:8000/api/hooks/hook_1',
  hasSecret: true,
  rotatedAt: '2026-03-02T10:00:00Z',
};

beforeEach(() => {
  const graph = workflow(['a'], [], { triggers: [{ kind: 'webhook', id: 'trigger-0' }] });
  useEditor.getState().open(graph, { saved: graph });
});

it('pauses a webhook and resumes it', async () => {
  let paused = false;
  const set = (value: boolean) => () => {
    paused = value;
    return json({ ...HOOK, paused });
  };
  const { calls } = fakeFetch({
    'GET /api/hooks/hook_1/calls': () => json({ calls: [] }),
    'GET /api/hooks': () => json({ hooks: [{ ...HOOK, paused }] }),
    'POST /api/hooks/hook_1/pause': set(true),
    'POST /api/hooks/hook_1/resume': set(false),
  });
  const user = userEvent.setup();
  renderUi(<WebhookState triggerId="trigger-0" />);
  await user.click(await screen.findByRole('button', { name: 'Pause' }));
  expect(await screen.findByRole('heading', { name: 'Paused' })).toBeTruthy();
  expect(screen.getByText(/Calls are refused/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  expect(await screen.findByRole('heading', { name: 'Active' })).toBeTruthy();
  expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(2);
});

it('says why it stays as it is', async () => {
  fakeFetch({
    'GET /api/hooks/hook_1/calls': () => json({ calls: [] }),
    'GET /api/hooks': () => json({ hooks: [{ ...HOOK, paused: false }] }),
    'POST /api/hooks/hook_1/pause': () =>
      json({ error: 'There is no webhook hook_1.', code: 'not_found' }, 404),
  });
  renderUi(
    <>
      <Notifications />
      <WebhookState triggerId="trigger-0" />
    </>,
  );
  await userEvent.setup().click(await screen.findByRole('button', { name: 'Pause' }));
  expect(await screen.findByText('There is no webhook hook_1.')).toBeTruthy();
  expect(screen.getByRole('heading', { name: 'Active' })).toBeTruthy();
});
