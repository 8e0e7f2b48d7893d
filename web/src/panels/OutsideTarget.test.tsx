import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Json } from '@/api/json';
import type { ActionInfo, WorkflowNode } from '@/api/types';
import { node } from '@/test/fakes';
import { renderUi } from '@/test/render';
import { OutsideTarget } from './OutsideTarget';

const MAIL = {
  params: { properties: { to: { 'x-target': 'recipient' }, subject: {}, link: { 'x-target': 'link' } } },
} as unknown as ActionInfo;

function show(first: Partial<WorkflowNode>, onChange = vi.fn()) {
  renderUi(<OutsideTarget node={node('a', first)} action={MAIL} readOnly={false} onChange={onChange} />);
  return onChange;
}

const choice = () => screen.queryByRole('switch', { name: /say where this goes/ });

it('is asked where a recipient is filled in from what comes in', async () => {
  const onChange = show({ params: { to: '{{ item.email }}' } });
  await userEvent.click(choice() as HTMLElement);
  expect(onChange).toHaveBeenCalledWith({ allowOutsideTarget: true });
});

it.each<Record<string, Json>>([
  { to: 'a@example.com' },
  { subject: '{{ input }}' },
  { link: '{{ input }}' },
  {},
])('is not asked of %j', (params) => {
  show({ params });
  expect(choice()).toBeNull();
});

it('can be taken back where nothing is filled in any more', () => {
  show({ params: { to: 'a@example.com' }, allowOutsideTarget: true });
  expect(choice()).toHaveProperty('checked', true);
});
