/** What a proposal changes, and the one graph that shows it: the new one plus what would go. */
import type { GraphDiff, Workflow, WorkflowEdge, WorkflowNode } from '@/api/types';

export type Mark = 'added' | 'changed' | 'removed';

export interface MarkedGraph {
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  nodeMarks: ReadonlyMap<string, Mark>;
  edgeMarks: ReadonlyMap<string, Mark>;
}

function plural(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

/** Everything in `next` is new: the difference of a fresh plan. */
export function wholeDiff(next: Workflow): GraphDiff {
  const parts = [plural(next.nodes.length, 'node'), plural(next.edges.length, 'edge')];
  if (next.triggers.length) parts.push(plural(next.triggers.length, 'trigger'));
  return {
    addedNodes: next.nodes.map((node) => node.id),
    removedNodes: [],
    changedNodes: [],
    addedEdges: next.edges.map((edge) => edge.id),
    removedEdges: [],
    renamed: false,
    triggersChanged: next.triggers.length > 0,
    summary: parts.map((part) => `+${part}`).join(', '),
  };
}

export function markedGraph(base: Workflow, next: Workflow, diff: GraphDiff): MarkedGraph {
  const nodeMarks = new Map<string, Mark>();
  for (const id of diff.addedNodes) nodeMarks.set(id, 'added');
  for (const id of diff.changedNodes) nodeMarks.set(id, 'changed');
  const edgeMarks = new Map<string, Mark>(diff.addedEdges.map((id) => [id, 'added']));

  const kept = new Set(next.nodes.map((node) => node.id));
  const goneNodes = base.nodes.filter((node) => diff.removedNodes.includes(node.id) && !kept.has(node.id));
  for (const node of goneNodes) nodeMarks.set(node.id, 'removed');

  const shown = new Set([...kept, ...goneNodes.map((node) => node.id)]);
  const goneEdges = base.edges
    .filter((edge) => diff.removedEdges.includes(edge.id) && shown.has(edge.source) && shown.has(edge.target))
    .map((edge) => ({ ...edge, id: `removed-${edge.id}` }));
  for (const edge of goneEdges) edgeMarks.set(edge.id, 'removed');

  return { nodes: [...next.nodes, ...goneNodes], edges: [...next.edges, ...goneEdges], nodeMarks, edgeMarks };
}

export function unmarked(workflow: Workflow): MarkedGraph {
  return { nodes: workflow.nodes, edges: workflow.edges, nodeMarks: new Map(), edgeMarks: new Map() };
}
