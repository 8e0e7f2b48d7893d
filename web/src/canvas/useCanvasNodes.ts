import { applyNodeChanges, type NodeChange } from '@xyflow/react';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { Position } from '@/api/types';
import { useUi } from '@/base/ui';
import { useEditor } from '@/workflow/editor';
import { moveNodes } from '@/workflow/ops';
import { type CanvasNode, toCanvasNodes } from './elements';
import { undrawn } from './geometry';
import type { ShownGraph } from './shownGraph';

/**
 * React Flow's copy of the nodes. Dragging moves this copy alone, sixty times a second; the document hears of it once,
 * when the pointer lets go.
 */
export function useCanvasNodes(view: ShownGraph, vertical: boolean) {
  const [nodes, setNodes] = useState<CanvasNode[]>(() => toCanvasNodes(view, [], null, vertical));
  const toSelect = useUi((state) => state.toSelect);
  const dragging = useRef(false);

  useLayoutEffect(() => {
    setNodes((previous) => toCanvasNodes(view, previous, toSelect, vertical));
    if (toSelect) useUi.getState().set({ toSelect: null });
  }, [view, toSelect, vertical]);

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      // The document decides what exists: removals come back through the view.
      setNodes((previous) =>
        applyNodeChanges(
          changes.filter((change) => change.type !== 'remove'),
          previous,
        ),
      );
      const moved = settled(changes, vertical);
      if (moved.size > 0) {
        // Each drag is a step of its own; an arrow key that is pressed again and again is one.
        const key = dragging.current ? undefined : `move:${[...moved.keys()].join()}`;
        useEditor.getState().commit((workflow) => moveNodes(workflow, moved), key);
      }
      for (const change of changes)
        if (change.type === 'position') dragging.current = change.dragging ?? false;
    },
    [vertical],
  );

  return { nodes, onNodesChange };
}

/** Where the nodes came to rest: a drag that ended, or a step with an arrow key. */
function settled(changes: NodeChange<CanvasNode>[], vertical: boolean): Map<string, Position> {
  const moved = new Map<string, Position>();
  for (const change of changes) {
    if (change.type !== 'position' || change.dragging || !change.position) continue;
    moved.set(change.id, undrawn(change.position, vertical));
  }
  return moved;
}
