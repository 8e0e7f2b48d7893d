/** A difference of two workflows in words, a line for each thing that differs. */
import type { GraphDiff, Workflow } from '@/api/types';

export function changesOf(before: Workflow, after: Workflow, diff: GraphDiff): string[] {
  const named = ({ nodes }: Workflow, id: string) => nodes.find((node) => node.id === id)?.label || id;
  const edges = diff.addedEdges.length + diff.removedEdges.length;
  return [
    ...(diff.renamed ? [`Renamed from “${before.name}” to “${after.name}”`] : []),
    ...diff.addedNodes.map((id) => `Added: ${named(after, id)}`),
    ...diff.removedNodes.map((id) => `Not in it: ${named(before, id)}`),
    ...diff.changedNodes.map((id) => `Changed: ${named(after, id)}`),
    ...(diff.triggersChanged ? ['Other triggers'] : []),
    ...(edges > 0 ? [edges === 1 ? 'One connection differs' : `${edges} connections differ`] : []),
  ];
}
