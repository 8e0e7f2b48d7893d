import { useCallback } from 'react';
import { useUi } from '@/base/ui';
import { useEditor } from '@/workflow/editor';
import { remove } from '@/workflow/remove';
import { triggerIndex } from '@/workflow/triggerIds';
import type { CanvasNode, FlowEdge } from './elements';

/**
 * What React Flow deleted goes from the document too, as one step of the undo history. It names the edges of the nodes
 * with them: those are not cut, but bridged.
 */
export function useDelete() {
  return useCallback(({ nodes, edges }: { nodes: CanvasNode[]; edges: FlowEdge[] }) => {
    const nodeIds = nodes.map((node) => node.id);
    const triggers = nodeIds.map(triggerIndex).filter((index) => index !== null);
    useEditor.getState().commit((workflow) => {
      const alone = edges.filter(
        ({ source, target }) => !nodeIds.includes(source) && !nodeIds.includes(target),
      );
      const rest = remove(
        workflow,
        nodeIds,
        alone.map((edge) => edge.id),
      );
      return { ...rest, triggers: rest.triggers.filter((_, index) => !triggers.includes(index)) };
    });
    const { inspected, inspect } = useUi.getState();
    if (inspected && nodeIds.includes(inspected)) inspect(null);
  }, []);
}
