import { expect, it } from 'vitest';
import { node, workflow } from '@/test/fakes';
import { saySame } from './same';

it('looks past ids, places and what is left out', () => {
  const mine = workflow(['a', 'b'], ['a>b']);
  const theirs = {
    ...workflow(['a', 'b'], ['a>b'], { workflowId: 'wf_run', timeout: null }),
    nodes: [node('a', { position: { x: 9, y: 9 }, retry: null }), node('b')],
  };
  expect(saySame(mine, theirs)).toBe(true);
  expect(saySame(mine, { ...theirs, name: 'Other' })).toBe(false);
  expect(saySame(mine, { ...theirs, nodes: [node('a', { params: { text: 'x' } }), node('b')] })).toBe(false);
});
