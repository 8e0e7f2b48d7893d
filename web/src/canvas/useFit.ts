import { useNodesInitialized, useReactFlow, useStore } from '@xyflow/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useUi } from '@/app/ui';
import { usePhone } from '@/app/usePhone';
import type { View } from '@/app/view';
import { useRun } from '@/runs/store';
import type { CanvasNode } from './elements';

/** Room for the tools on the left; the room below depends on what stands there. */
const WIDE = { top: '40px', right: '64px', left: '84px' } as const;
const NARROW = { top: '76px', right: '24px', left: '24px' } as const;
const ABOVE_BAR = 40;

/** What is not known yet, so that the next graph is taken for the first. */
const NOTHING = { graph: '', size: '' };

/**
 * Brings the whole graph into view when another one is put up, when it is asked for, and when the canvas changes its
 * size, as long as the user has not chosen a view by hand. Returns the handler that notices that, and whether the graph
 * has found its place: one that comes to an empty canvas is not to be seen before, or it would jump.
 */
export function useFit(
  view: View,
  nodes: readonly CanvasNode[],
): { onMove: (event: unknown) => void; placed: boolean } {
  const { fitView } = useReactFlow();
  const measured = useNodesInitialized();
  const inset = useUi((state) => state.bottomInset);
  const panelOpen = useUi((state) => state.inspected !== null);
  const size = useStore((state) => `${state.width}x${state.height - inset}`);
  const hidden = useStore((state) => state.width === 0 || state.height === 0);
  const request = useUi((state) => state.fitRequest);
  const phone = usePhone();
  const empty = nodes.length === 0;
  const run = useRun((state) => (state.readOnly ? state.run?.id : undefined));
  // Two runs of one workflow may have other nodes at other places; a phone draws from top to bottom.
  const graph = `${view.workflow.workflowId} ${run} ${view.readOnly} ${view.proposed} ${request} ${phone}`;
  const fitted = useRef(NOTHING);
  const byHand = useRef(false);
  const [placed, setPlaced] = useState(false);

  useEffect(() => {
    if (empty) {
      fitted.current = NOTHING;
      setPlaced(false);
      return;
    }
    const last = fitted.current;
    // Beside an open panel the graph would get small; there the inspected node is kept in sight instead.
    const leave = last.size === size || byHand.current || panelOpen;
    if (!measured || hidden) return;
    if (last.graph === graph && leave) {
      if (panelOpen) fitted.current = { graph, size: '' }; // when it closes, all is brought into view again
      return;
    }
    fitted.current = { graph, size };
    if (last.graph !== graph) byHand.current = false;
    const still = last === NOTHING || window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const padding = { ...(phone ? NARROW : WIDE), bottom: `${inset + ABOVE_BAR}px` } as const;
    void fitView({ padding, maxZoom: 1, minZoom: phone ? 0.45 : 0.1, duration: still ? 0 : 250 }).finally(
      () => setPlaced(fitted.current !== NOTHING), // the canvas may have been emptied meanwhile
    );
  }, [empty, measured, hidden, graph, size, inset, panelOpen, fitView, phone]);

  const onMove = useCallback((event: unknown) => {
    if (event) byHand.current = true; // without an event it was us; a click only starts a move
  }, []);
  return { onMove, placed };
}
