import { describe, expect, it } from 'vitest';
import { workflow } from '@/test/fakes';
import { markedGraph, unmarked, wholeDiff } from './diff';

const NONE = {
  addedNodes: [],
  removedNodes: [],
  changedNodes: [],
  addedEdges: [],
  removedEdges: [],
  renamed: false,
  triggersChanged: false,
  summary: '',
};

describe('the graph of a proposal', () => {
  const base = workflow(['a', 'b', 'c'], ['a>b', 'b>c']);
  // b is taken out, d comes in, c is changed; the ids of new edges may be those of old ones.
  const next = workflow(['a', 'c', 'd'], ['a>c', 'c>d']);
  const graph = markedGraph(base, next, {
    ...NONE,
    addedNodes: ['d'],
    removedNodes: ['b'],
    changedNodes: ['c'],
    addedEdges: ['edge-0', 'edge-1'],
    removedEdges: ['edge-0', 'edge-1'],
  });

  it('keeps what goes in sight', () => {
    expect(graph.nodes.map((node) => node.id)).toEqual(['a', 'c', 'd', 'b']);
    expect(graph.edges.map((edge) => edge.id)).toEqual([
      'edge-0',
      'edge-1',
      'removed-edge-0',
      'removed-edge-1',
    ]);
  });

  it('marks every difference and nothing else', () => {
    expect(Object.fromEntries(graph.nodeMarks)).toEqual({ b: 'removed', c: 'changed', d: 'added' });
    expect(graph.edgeMarks.get('edge-0')).toBe('added');
    expect(graph.edgeMarks.get('removed-edge-1')).toBe('removed');
  });

  it('of a draft is the draft', () => {
    expect(unmarked(base)).toMatchObject({ nodes: base.nodes, edges: base.edges });
    expect(unmarked(base).nodeMarks.size).toBe(0);
  });
});

it('a fresh plan is new as a whole', () => {
  const plan = workflow(['a'], [], { triggers: [{ kind: 'webhook' }] });
  expect(wholeDiff(plan).summary).toBe('+1 node, +0 edges, +1 trigger');
});
