import type { ActionInfo, Position } from '@/api/types';
import { useUi } from '@/base/ui';
import { currentWorkflow, useEditor } from '@/workflow/editor';
import { addNode, connect } from '@/workflow/ops';
import { freePlace, NODE_WIDTH, placeFor } from './geometry';

/** Media type under which a dragged action travels. */
export const DRAG_TYPE = 'application/voicegraph-action';

/** Add a node where it is dropped, or below what stands there. */
export function addActionAt(action: ActionInfo, at: Position): void {
  const corner = { x: Math.round(at.x - NODE_WIDTH / 2), y: Math.round(at.y - 28) };
  insert(action, freePlace(currentWorkflow(useEditor.getState()), corner), null);
}

/** Add a node where there is room, behind the one selected node if there is one. */
export function addAction(action: ActionInfo): void {
  const workflow = currentWorkflow(useEditor.getState());
  const { selected } = useUi.getState();
  const after = selected.length === 1 ? workflow.nodes.find((node) => node.id === selected[0]) : undefined;
  insert(action, placeFor(workflow, after), after?.type === 'condition' ? null : (after?.id ?? null));
  useUi.getState().requestFit();
}

function insert(action: ActionInfo, position: Position, after: string | null): void {
  let id = '';
  useEditor.getState().commit((workflow) => {
    const [added, node] = addNode(workflow, action, position);
    id = node.id;
    const connected = after ? connect(added, { source: after, target: id }) : added;
    return typeof connected === 'string' ? added : connected;
  });
  useUi.getState().set({ toSelect: [id], inspected: id });
}
