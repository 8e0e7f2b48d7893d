import {
  getViewportForBounds,
  useNodesInitialized,
  useReactFlow,
  useStore,
  useStoreApi,
  type Viewport,
} from '@xyflow/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { useRun } from '@/runs/runStore';
import type { CanvasNode } from './elements';
import type { ShownGraph } from './shownGraph';

/** Room for the tools on the left; the room below depends on what stands there. */
const WIDE = { top: '40px', right: '64px', left: '84px' } as const;
const NARROW = { top: '76px', right: '24px', left: '24px' } as const;
const ABOVE_BAR = 40;
/** A graph that would get smaller than this shows its start instead, until all of it is asked for. */
const READABLE = { wide: 0.22, phone: 0.3 };
const START_ZOOM = 0.75;
/** All of it, be it dots: the canvas itself is not zoomed out that far by hand. */
const WHOLE_ZOOM = 0.001;

/** What is not known yet, so that the next graph is taken for the first. */
const NOTHING = { graph: '', size: '' };

/**
 * Brings the whole graph into view when another one is put up, when it is asked for, and when the canvas changes its
 * size, as long as the user has not chosen a view by hand. Returns the handler that notices that, and whether the graph
 * has found its place: one that comes to an empty canvas is not to be seen before, or it would jump.
 */
export function useFit(
  view: ShownGraph,
  nodes: readonly CanvasNode[],
): { onMove: (event: unknown) => void; placed: boolean } {
  const { fitView, getNodesBounds, setViewport } = useReactFlow();
  const store = useStoreApi();
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
    const duration = still ? 0 : 250;
    const { width, height } = store.getState();
    const bounds = getNodesBounds([...nodes]);
    const { zoom } = getViewportForBounds(bounds, width, height, WHOLE_ZOOM, 1, padding);
    const small = zoom < (phone ? READABLE.phone : READABLE.wide) && !useUi.getState().fitWhole;
    const moved = small
      ? setViewport(startOf(nodes, phone, { width, height: height - inset }), { duration })
      : fitView({ padding, maxZoom: 1, minZoom: WHOLE_ZOOM, duration });
    // The canvas may have been emptied meanwhile.
    void moved.finally(() => setPlaced(fitted.current !== NOTHING));
  }, [
    empty,
    measured,
    hidden,
    graph,
    size,
    inset,
    panelOpen,
    fitView,
    getNodesBounds,
    setViewport,
    store,
    nodes,
    phone,
  ]);

  const onMove = useCallback((event: unknown) => {
    if (event) byHand.current = true; // without an event it was us; a click only starts a move
  }, []);
  return { onMove, placed };
}

/** The node where the graph begins, at the edge from which it goes on, and in the middle of it. */
export function startOf(
  nodes: readonly CanvasNode[],
  vertical: boolean,
  { width, height }: { width: number; height: number },
): Viewport {
  const along = ({ position: { x, y } }: CanvasNode) => (vertical ? y : x);
  const first = nodes.reduce((start, node) => (along(node) < along(start) ? node : start));
  const { x, y } = first.position;
  const across = vertical
    ? width / 2 - (x + (first.measured?.width ?? 0) / 2) * START_ZOOM
    : height / 2 - (y + (first.measured?.height ?? 0) / 2) * START_ZOOM;
  const edge = Number.parseInt(vertical ? NARROW.top : WIDE.left, 10);
  return vertical
    ? { x: across, y: edge - y * START_ZOOM, zoom: START_ZOOM }
    : { x: edge - x * START_ZOOM, y: across, zoom: START_ZOOM };
}
