import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { useUi } from '@/base/ui';
import { fakeFetch, json, workflow } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { useHeld } from '@/voice/autorun';
import { useEditor } from '@/workflow/editor';
import { ProposalCard } from './ProposalCard';

beforeEach(() => {
  useEditor.getState().open(workflow([]));
  useEditor.getState().proposePlan('read it and mail me', {
    success: true,
    workflow: workflow(['step-0', 'step-1'], ['step-0>step-1']),
    explanation: 'Reads the page, then mails it.',
    clauses: [
      { text: 'read it', nodeIds: ['step-0'], doubtful: false },
      { text: 'mail me', nodeIds: ['step-1'], doubtful: true },
    ],
    assumptions: ['“me” is your own address.'],
    planner: 'rules',
  });
});

it('says what would change, why, and what was assumed', () => {
  renderUi(<ProposalCard onAskModel={() => {}} />);
  expect(screen.getByTestId('proposal-summary').textContent).toBe('+2 nodes, +1 edge');
  expect(screen.getByText('Reads the page, then mails it.')).toBeTruthy();
  expect(screen.getByText('“me” is your own address.')).toBeTruthy();
  expect(screen.getByRole('button', { name: /mail me.*best guess/ })).toBeTruthy();
});

it('says why it was not run by itself, and not of another proposal', () => {
  const why = '“mail me” is a best guess. Check it.';
  useHeld.setState({ proposal: useEditor.getState().proposal, why });
  const { unmount } = renderUi(<ProposalCard onAskModel={() => {}} />);
  expect(screen.getByRole('status').textContent).toBe(`It was not run by itself. ${why}`);
  unmount();
  useHeld.setState({ proposal: null, why });
  renderUi(<ProposalCard onAskModel={() => {}} />);
  expect(screen.queryByRole('status')).toBeNull();
});

it('lights up the nodes of a clause', async () => {
  renderUi(<ProposalCard onAskModel={() => {}} />);
  await userEvent.hover(screen.getByRole('button', { name: /read it.*step-0/ }));
  expect(useUi.getState().highlighted).toEqual(['step-0']);
  await userEvent.unhover(screen.getByRole('button', { name: /read it.*step-0/ }));
  expect(useUi.getState().highlighted).toEqual([]);
});

it('is accepted or undone', async () => {
  renderUi(<ProposalCard onAskModel={() => {}} />);
  await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
  expect(useEditor.getState().workflow.nodes).toHaveLength(2);
  expect(screen.queryByTestId('proposal-summary')).toBeNull();
});

it('goes without a trace when it is undone', async () => {
  renderUi(<ProposalCard onAskModel={() => {}} />);
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(useEditor.getState().workflow.nodes).toHaveLength(0);
});

it('offers the model only where there is one, and hands it the sentence', async () => {
  const asked: string[] = [];
  fakeFetch({ 'GET /api/info': () => json({ model: 'openai:tiny' }) });
  renderUi(<ProposalCard onAskModel={({ text }) => asked.push(text)} />);
  await userEvent.click(await screen.findByRole('button', { name: 'Ask the model' }));
  expect(asked).toEqual(['read it and mail me']);
});
