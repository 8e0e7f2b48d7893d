/** Taking nodes and edges out, by the rule of the server's own edits (`take_out` in graph/draft.py). */
import type { Workflow, WorkflowEdge } from '@/api/types';
import { newEdgeId } from './ops';

/** The most edges a workflow may have: MAX_EDGES of the server. */
const MAX_EDGES = 2_000;

/** Without the edges, and without the nodes: what waited for one of those now waits for what it waited for. */
export function remove(workflow: Workflow, nodeIds: Iterable<string>, edgeIds: Iterable<string>): Workflow {
  const gone = new Set(edgeIds);
  const cut = { ...workflow, edges: workflow.edges.filter((edge) => !gone.has(edge.id)) };
  return [...nodeIds].reduce(takeOut, cut);
}

/**
 * The new edges keep the branch on which the node was reached; the branches it chose between itself are lost. No edge
 * is made where the later node runs after the earlier one anyway.
 */
function takeOut(workflow: Workflow, id: string): Workflow {
  if (!workflow.nodes.some((node) => node.id === id)) return workflow;
  const before = workflow.edges.filter((edge) => edge.target === id);
  const after = workflow.edges.filter((edge) => edge.source === id);
  const rest: Workflow = {
    ...workflow,
    nodes: workflow.nodes.filter((node) => node.id !== id),
    edges: workflow.edges.filter((edge) => edge.source !== id && edge.target !== id),
  };
  const bridges = before.flatMap((entry) => {
    const implied = impliedBy(rest, entry);
    return after.filter((way) => !implied.has(way.target)).map((way) => ({ ...entry, target: way.target }));
  });
  if (rest.edges.length + bridges.length > MAX_EDGES) return rest; // as many would have to be deleted again
  return bridges.reduce(link, rest);
}

function link(workflow: Workflow, bridge: WorkflowEdge): Workflow {
  const branchOf = branches(workflow);
  const known = workflow.edges.some(
    (edge) =>
      edge.source === bridge.source && edge.target === bridge.target && branchOf(edge) === branchOf(bridge),
  );
  return known
    ? workflow
    : { ...workflow, edges: [...workflow.edges, { ...bridge, id: newEdgeId(workflow) }] };
}

/** The nodes that run after the source of `entry` whenever it ends on that branch. */
function impliedBy(workflow: Workflow, entry: WorkflowEdge): Set<string> {
  const branchOf = branches(workflow);
  const always = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const edge of workflow.edges) {
    const branch = branchOf(edge);
    if (branch === null) always.set(edge.source, [...(always.get(edge.source) ?? []), edge.target]);
    if (edge.source === entry.source && (branch === null || branch === branchOf(entry)))
      seen.add(edge.target);
  }
  for (const id of seen) for (const next of always.get(id) ?? []) seen.add(next); // it grows while it is gone through
  return seen;
}

/** Tells the branch an edge stands on, or null where it is taken in any case: `branch_of` of the server. */
function branches({ nodes }: Workflow): (edge: WorkflowEdge) => boolean | null {
  const approvals = new Set(nodes.filter((node) => node.type === 'approval').map((node) => node.id));
  return ({ source, when }) => when ?? (approvals.has(source) ? true : null);
}
