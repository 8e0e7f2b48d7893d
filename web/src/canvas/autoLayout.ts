import { api } from '@/api/client';
import { toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { currentWorkflow, useEditor } from '@/workflow/editor';
import { moveNodes } from '@/workflow/ops';

/** Ask the server to place the nodes, and take the places alone: the user may have typed on meanwhile. */
export async function autoLayout(): Promise<void> {
  try {
    const placed = await api.layout(currentWorkflow(useEditor.getState()));
    const positions = new Map(
      placed.nodes.flatMap((node) => (node.position ? [[node.id, node.position] as const] : [])),
    );
    useEditor.getState().commit((workflow) => moveNodes(workflow, positions));
    useUi.getState().requestFit();
  } catch (error) {
    toastError('The nodes could not be arranged', error);
  }
}
