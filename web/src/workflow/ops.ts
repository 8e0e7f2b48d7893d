/** Pure edits of a workflow. Each returns a new workflow that shares what did not change. */

import type { Json } from '@/api/json';
import type { ActionInfo, Position, Trigger, Workflow, WorkflowEdge, WorkflowNode } from '@/api/types';

/** An id in the server's own layout: a prefix and 26 characters that sort by time. */
export function newWorkflowId(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  let value = (BigInt(Date.now()) << 80n) | bytes.reduce((sum, b) => (sum << 8n) | BigInt(b), 0n);
  let id = '';
  for (let i = 0; i < 26; i += 1) {
    id = alphabet[Number(value & 31n)] + id;
    value >>= 5n;
  }
  return `wf_${id}`;
}

export function emptyWorkflow(): Workflow {
  return { workflowId: newWorkflowId(), name: 'Untitled workflow', nodes: [], edges: [], triggers: [] };
}

export function isEmpty(workflow: Workflow): boolean {
  return workflow.nodes.length === 0 && workflow.triggers.length === 0;
}

function nextId(prefix: string, taken: Iterable<string>): string {
  const ids = new Set(taken);
  for (let n = ids.size; ; n += 1) if (!ids.has(`${prefix}-${n}`)) return `${prefix}-${n}`;
}

export function newNodeId(workflow: Workflow): string {
  return nextId('step', [...workflow.nodes.map((node) => node.id)]);
}

export function newEdgeId(workflow: Workflow): string {
  return nextId('edge', [...workflow.edges.map((edge) => edge.id)]);
}

export function addNode(
  workflow: Workflow,
  action: ActionInfo,
  position: Position,
): [Workflow, WorkflowNode] {
  const node: WorkflowNode = {
    id: newNodeId(workflow),
    type: action.type,
    action: action.action,
    label: action.title,
    params: {},
    position,
  };
  return [{ ...workflow, nodes: [...workflow.nodes, node] }, node];
}

export function updateNode(workflow: Workflow, id: string, change: Partial<WorkflowNode>): Workflow {
  return {
    ...workflow,
    nodes: workflow.nodes.map((node) => (node.id === id ? { ...node, ...change } : node)),
  };
}

/** Set one param, or drop it when `value` is undefined. */
export function setParam(workflow: Workflow, id: string, name: string, value: Json | undefined): Workflow {
  const node = workflow.nodes.find((candidate) => candidate.id === id);
  if (!node) return workflow;
  const { [name]: _, ...rest } = node.params;
  return updateNode(workflow, id, { params: value === undefined ? rest : { ...node.params, [name]: value } });
}

export function moveNodes(workflow: Workflow, positions: ReadonlyMap<string, Position>): Workflow {
  return {
    ...workflow,
    nodes: workflow.nodes.map((node) => {
      const position = positions.get(node.id);
      return position ? { ...node, position } : node;
    }),
  };
}

/** True when `target` already leads to `source`, so that an edge between them would close a loop. */
export function wouldLoop(workflow: Workflow, source: string, target: string): boolean {
  const after = new Map<string, string[]>();
  for (const edge of workflow.edges) after.set(edge.source, [...(after.get(edge.source) ?? []), edge.target]);
  const open = [target];
  const seen = new Set<string>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === source) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(after.get(id) ?? []));
  }
  return false;
}

export type Connection = Pick<WorkflowEdge, 'source' | 'target' | 'when'>;

/** The workflow with the edge, or a sentence that says why it cannot be. */
export function connect(workflow: Workflow, { source, target, when }: Connection): Workflow | string {
  const label = (id: string) => workflow.nodes.find((node) => node.id === id)?.label || id;
  if (source === target) return 'A node cannot feed itself.';
  if (workflow.edges.some((edge) => edge.source === source && edge.target === target)) {
    return `“${label(source)}” already leads to “${label(target)}”.`;
  }
  if (wouldLoop(workflow, source, target)) {
    return `That would close a loop: “${label(target)}” already runs before “${label(source)}”. A workflow flows one way.`;
  }
  const edge: WorkflowEdge = { id: newEdgeId(workflow), source, target };
  if (when !== undefined && when !== null) edge.when = when;
  return { ...workflow, edges: [...workflow.edges, edge] };
}

export function setTrigger(workflow: Workflow, index: number, trigger: Trigger | null): Workflow {
  const triggers = [...workflow.triggers];
  if (trigger) triggers[index] = trigger;
  else triggers.splice(index, 1);
  return { ...workflow, triggers };
}

export function rename(workflow: Workflow, name: string): Workflow {
  return { ...workflow, name };
}

/** Node ids that nothing leads to: where triggers point. */
export function roots(workflow: Workflow): string[] {
  const targets = new Set(workflow.edges.map((edge) => edge.target));
  return workflow.nodes.filter((node) => !targets.has(node.id)).map((node) => node.id);
}
