import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import type { WorkflowNode } from '@/api/types';
import { node } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { PinnedOutput } from './PinnedOutput';

function show(first: Partial<WorkflowNode>) {
  const seen: { node: WorkflowNode } = { node: node('a', first) };
  function Form() {
    const [current, setCurrent] = useState(seen.node);
    seen.node = current;
    return (
      <PinnedOutput
        node={current}
        readOnly={false}
        onChange={(change) => setCurrent({ ...current, ...change })}
      />
    );
  }
  renderUi(<Form />);
  return seen;
}

it.each([
  ['condition', 'false'],
  ['approval', 'rejected'],
])('asks for the branch of a pinned %s', async (type, label) => {
  const seen = show({ type });
  await userEvent.click(screen.getByRole('button', { name: 'Pin an output' }));
  expect(seen.node.pin?.branch).toBeNull();
  expect(screen.getByText('Choose the branch that runs take.')).toBeTruthy();
  await userEvent.click(screen.getByRole('combobox', { name: /Branch/ }));
  await userEvent.click(screen.getByRole('option', { name: label }));
  expect(seen.node.pin?.branch).toBe(false);
  expect(screen.queryByText('Choose the branch that runs take.')).toBeNull();
});

it('asks for no branch of a node that chooses none', async () => {
  show({ type: 'llm' });
  await userEvent.click(screen.getByRole('button', { name: 'Pin an output' }));
  expect(screen.queryByText('Branch')).toBeNull();
});
