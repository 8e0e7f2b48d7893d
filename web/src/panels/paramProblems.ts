import { api } from '@/api/client';
import type { Workflow, WorkflowNode } from '@/api/types';
import { sameJson, sentence, useCheck } from '@/forms/useCheck';

/** The problems of a node's params by name. Those of a value that was changed since are not told any more. */
export function useParamProblems(node: WorkflowNode, enabled: boolean): Map<string, string> {
  const { type, action, params } = node;
  const checked = useCheck(
    { type, action, params },
    () => api.check(alone({ id: node.id, type, action, label: '', params }), {}),
    enabled && Object.keys(params).length > 0,
  );
  const found = new Map<string, string>();
  for (const { where, message } of checked?.problems ?? []) {
    const name = /^nodes\[0\]\.params\.(\w+)/.exec(where)?.[1];
    if (name && !found.has(name) && sameJson(checked?.value.params[name], params[name])) {
      found.set(name, sentence(message));
    }
  }
  return found;
}

function alone(node: WorkflowNode): Workflow {
  return { workflowId: 'wf_check', name: '', nodes: [node], edges: [], triggers: [] };
}
