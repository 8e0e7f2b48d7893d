import { useCallback } from 'react';
import { triggerIndex, useUi } from '@/app/ui';
import { useEditor } from '@/workflow/editor';
import { remove } from '@/workflow/ops';
import type { CanvasNode, FlowEdge } from './elements';

/** What React Flow deleted goes from the document too, as one step of the undo history. */
export function useDelete() {
  return useCallback(({ nodes, edges }: { nodes: CanvasNode[]; edges: FlowEdge[] }) => {
    const nodeIds = nodes.map((node) => node.id);
    const triggers = nodeIds.map(triggerIndex).filter((index) => index !== null);
    useEditor.getState().commit((workflow) => {
      const rest = remove(
        workflow,
        nodeIds,
        edges.map((edge) => edge.id),
      );
      return { ...rest, triggers: rest.triggers.filter((_, index) => !triggers.includes(index)) };
    });
    const { inspected, inspect } = useUi.getState();
    if (inspected && nodeIds.includes(inspected)) inspect(null);
  }, []);
}
