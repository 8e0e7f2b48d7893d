import { expect, it } from 'vitest';
import type { NodeResult, Output, WorkflowNode } from '@/api/types';
import { workflow } from '@/test/fakes';
import { madeText } from './passed';

const ROWS = [{ name: 'Ada' }, { name: 'Bea' }];
const LIST: Output = { text: '[…]', data: ROWS };
const REPORT: Output = { text: '# Two people', data: ROWS };

function ran(edges: string[], outputs: Record<string, Output>, more: Partial<WorkflowNode> = {}) {
  const graph = workflow(Object.keys(outputs), edges);
  const nodes = Object.entries(outputs).map(([id, output]) => [id, { output } as NodeResult]);
  return {
    workflow: { ...graph, nodes: graph.nodes.map((node) => ({ ...node, ...more })) },
    nodes: Object.fromEntries(nodes),
  };
}

it('is the text of a node that passes on its data', () => {
  expect(madeText(ran(['a>b'], { a: LIST, b: REPORT }), 'b')).toBe(true);
  expect(madeText(ran(['a>b'], { a: LIST, b: REPORT }), 'a')).toBe(false);
});

it('is the data of a node that made some, whatever its text', () => {
  expect(madeText(ran(['a>b'], { a: LIST, b: { text: '# One', data: [{ name: 'Cy' }] } }), 'b')).toBe(false);
});

it('is what was made before a node that passes on everything', () => {
  const all = { a: LIST, b: REPORT, c: REPORT };
  expect(madeText(ran(['a>b', 'b>c'], all), 'c')).toBe(true);
  expect(madeText(ran(['a>b'], { a: LIST, b: LIST }), 'b')).toBe(false);
});

it('is the text of a node that ran once per item, also where an item failed', () => {
  const report = { text: 'Ada\nno', data: [ROWS[0] ?? null, { error: 'no' }] };
  expect(madeText(ran(['a>b'], { a: LIST, b: report }, { each: true }), 'b')).toBe(true);
  expect(madeText(ran(['a>b'], { a: LIST, b: report }), 'b')).toBe(false);
});

it('is the text beside the data of several, as a list', () => {
  const one = { text: 'Ada', data: ROWS[0] ?? null };
  const other = { text: 'Bea', data: ROWS[1] ?? null };
  expect(madeText(ran(['a>c', 'b>c'], { a: one, b: other, c: REPORT }), 'c')).toBe(true);
});

it('knows data that was cut by its beginning', () => {
  const cut = { text: '# Two people', data: [{ name: 'Ada' }, { name: 'B' }], truncated: true };
  expect(madeText(ran(['a>b'], { a: LIST, b: cut }), 'b')).toBe(true);
});
