import { useReactFlow } from '@xyflow/react';
import type { DragEvent } from 'react';
import { useCatalogue } from '@/api/queries';
import { actionKey } from '@/workflow/describe';
import { addActionAt, DRAG_TYPE } from './addAction';

/** Lets an action of the node library be dropped on the canvas. */
export function useDropAction(readOnly: boolean) {
  const { screenToFlowPosition } = useReactFlow();
  const { data: catalogue } = useCatalogue();
  const onDragOver = (event: DragEvent) => {
    if (readOnly || !event.dataTransfer.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };
  const onDrop = (event: DragEvent) => {
    const key = event.dataTransfer.getData(DRAG_TYPE);
    const action = catalogue?.nodes.find((entry) => actionKey(entry.type, entry.action) === key);
    if (!action || readOnly) return;
    event.preventDefault();
    addActionAt(action, screenToFlowPosition({ x: event.clientX, y: event.clientY }));
  };
  return { onDragOver, onDrop };
}
