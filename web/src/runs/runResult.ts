/** What a run came to: the results with which its ways end, and where it broke. */
import type { ActionInfo, NodeResult, WorkflowNode } from '@/api/types';
import { withoutLabel } from './log';
import type { RunRecord } from './record';

export interface End {
  node: WorkflowNode;
  result: NodeResult;
}

const ENDED = ['completed', 'failed'];

/** Nodes behind which nothing ran any more, in the order of the workflow; those that broke the run are not among them. */
export function endsOf(run: Pick<RunRecord, 'workflow' | 'nodes' | 'status'>): End[] {
  const { nodes, edges } = run.workflow;
  const ran = (id: string) => ENDED.includes(run.nodes[id]?.status ?? '');
  const broke = new Set(failuresOf(run).map(({ node }) => node.id));
  return nodes.flatMap((node) => {
    const result = run.nodes[node.id];
    if (!result || !ran(node.id) || broke.has(node.id)) return [];
    return edges.some((edge) => edge.source === node.id && ran(edge.target)) ? [] : [{ node, result }];
  });
}

/** Of a run that failed: the nodes that failed and were not allowed to. */
export function failuresOf({
  workflow,
  nodes,
  status,
}: Pick<RunRecord, 'workflow' | 'nodes' | 'status'>): End[] {
  if (status !== 'failed') return [];
  return workflow.nodes.flatMap((node) => {
    const result = nodes[node.id];
    return result?.status === 'failed' && node.onError !== 'continue' ? [{ node, result }] : [];
  });
}

/** What a node that sends something says that it did: "Sent to anna@example.org". */
export function wordsOf(run: Pick<RunRecord, 'logs'>, node: WorkflowNode, action: ActionInfo | null): string {
  if (action?.group !== 'delivery') return '';
  const told = run.logs.findLast((event) => event.nodeId === node.id && event.type === 'log');
  return withoutLabel(told?.message ?? '', node.label || node.id);
}
