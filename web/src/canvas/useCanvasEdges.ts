import { applyEdgeChanges, type OnEdgesChange } from '@xyflow/react';
import { useCallback, useLayoutEffect, useMemo, useState } from 'react';
import { type FlowEdge, toFlowEdges } from './elements';
import type { ShownGraph } from './shownGraph';

/** The edges of the view, with the selection that React Flow keeps on them. */
export function useCanvasEdges(view: ShownGraph) {
  const fromView = useMemo(() => toFlowEdges(view), [view]);
  const [edges, setEdges] = useState(fromView);
  useLayoutEffect(() => {
    setEdges((old) => {
      const selected = new Set(old.filter((edge) => edge.selected).map((edge) => edge.id));
      return fromView.map((edge) => (selected.has(edge.id) ? { ...edge, selected: true } : edge));
    });
  }, [fromView]);
  const onEdgesChange: OnEdgesChange<FlowEdge> = useCallback((changes) => {
    setEdges((old) => applyEdgeChanges(changes, old));
  }, []);
  return { edges, onEdgesChange };
}
