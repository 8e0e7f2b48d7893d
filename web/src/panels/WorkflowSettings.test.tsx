import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { useUi } from '@/base/ui';
import { fakeFetch, json, workflow } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { currentWorkflow, useEditor } from '@/workflow/editor';
import { WorkflowSettings } from './WorkflowSettings';

const LINE = { nodeCount: 1, updatedAt: '2026-03-02T10:00:00Z' };

beforeEach(() => {
  fakeFetch({
    'GET /api/workflows': () =>
      json({
        workflows: [
          { id: 'wf_report', name: 'Report', ...LINE },
          { id: 'wf_test', name: 'Test', ...LINE },
        ],
      }),
  });
  useEditor.getState().open(workflow(['a']), { saved: null });
  useUi.getState().set({ dialog: 'workflow-settings' });
});

const now = () => currentWorkflow(useEditor.getState());

it('sets how long a run takes, how many there are, and what follows a failure', async () => {
  renderUi(<WorkflowSettings />);
  const user = userEvent.setup();
  await user.type(screen.getByRole('textbox', { name: 'Time limit of a run' }), '60');
  await user.type(screen.getByRole('textbox', { name: 'Runs at a time' }), '2');
  await user.click(screen.getByRole('combobox', { name: 'When a run fails, start' }));
  await user.click(await screen.findByRole('option', { name: 'Report' }));
  expect(screen.queryByRole('option', { name: 'Test' })).toBeNull();
  expect(now()).toMatchObject({ timeout: 60, concurrency: 2, errorWorkflow: 'wf_report' });
  await user.clear(screen.getByRole('textbox', { name: 'Time limit of a run' }));
  expect(now().timeout).toBeNull();
});

it('says that the chosen one is gone', async () => {
  useEditor.getState().open(workflow(['a'], [], { errorWorkflow: 'wf_gone' }), { saved: null });
  renderUi(<WorkflowSettings />);
  expect(await screen.findByText(/is not saved any more/)).toBeTruthy();
});
