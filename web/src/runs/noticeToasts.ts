/** What is good to know about a run and asks nothing: said once a session, beside the run. The node's form says it too. */
import type { Notice, Workflow } from '@/api/types';
import { toast } from '@/base/toasts';

const seen = new Set<string>();

/** They were shown, in the dialog that had something to ask. */
export function seeNotices(notices: readonly Notice[]): void {
  for (const { message } of notices) seen.add(message);
}

export function toastNotices(notices: readonly Notice[], { nodes }: Workflow): void {
  const labelOf = (id: string) => nodes.find((node) => node.id === id)?.label || id;
  for (const { message, nodeId } of notices) {
    if (seen.has(message)) continue;
    toast('Good to know', `“${labelOf(nodeId)}”: ${message}`);
    seen.add(message);
  }
}
