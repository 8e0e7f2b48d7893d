import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it } from 'vitest';
import type { ActionInfo, WorkflowNode } from '@/api/types';
import { fakeFetch, json, node } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { Reliability } from './Reliability';

const ACTION = { attempts: 5, timeout: 90 } as ActionInfo;

function show(first: Partial<WorkflowNode> = {}) {
  fakeFetch({ 'GET /api/nodes': () => json({ nodes: [], aliases: {}, retryBase: 1, retryCap: 21_600 }) });
  const seen: { node: WorkflowNode } = { node: node('a', first) };
  function Form() {
    const [current, setCurrent] = useState(seen.node);
    seen.node = current;
    return (
      <Reliability
        node={current}
        action={ACTION}
        readOnly={false}
        onChange={(change) => setCurrent({ ...current, ...change })}
      />
    );
  }
  renderUi(<Form />);
  return seen;
}

const field = (name: string) => screen.getByRole('textbox', { name });

it('shows what holds where nothing is set', async () => {
  show();
  expect(field('Attempts').getAttribute('placeholder')).toBe('5');
  expect(field('Time limit').getAttribute('placeholder')).toBe('90');
  expect(await screen.findByPlaceholderText('21600')).toBe(field('Longest wait'));
  expect(field('First wait').getAttribute('placeholder')).toBe('1');
});

it('keeps what is set, and nothing once all of it is open again', async () => {
  const seen = show();
  const user = userEvent.setup();
  await user.type(field('Attempts'), '4');
  await user.type(field('First wait'), '2');
  await user.type(
    screen.getByRole('combobox', { name: 'Try again after' }),
    'rate_limited{Enter}Not a code{Enter}',
  );
  expect(seen.node.retry).toEqual({ attempts: 4, base: 2, on: ['rate_limited'] });
  await user.clear(field('Attempts'));
  await user.clear(field('First wait'));
  await user.type(screen.getByRole('combobox', { name: 'Try again after' }), '{Backspace}');
  expect(seen.node.retry).toBeNull();
});

it('takes parts of a second', async () => {
  const seen = show();
  await userEvent.type(field('First wait'), '0.05');
  expect(seen.node.retry).toEqual({ base: 0.05 });
  await userEvent.type(field('Longest wait'), '10.5');
  expect(seen.node.retry).toEqual({ base: 0.05, cap: 10.5 });
  expect(await screen.findByText('Between 0.1 and 86,400.')).toBeTruthy(); // said, and not changed behind one's back
});

it('asks for no waits where there is one attempt', () => {
  show({ retry: { attempts: 1 } });
  expect(field('First wait').hasAttribute('disabled')).toBe(true);
  expect(field('Longest wait').hasAttribute('disabled')).toBe(true);
});
