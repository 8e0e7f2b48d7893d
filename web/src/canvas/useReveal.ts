import { useReactFlow, useStore, useStoreApi } from '@xyflow/react';
import { useEffect } from 'react';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';

const MARGIN = 24;
/** On the left stand the tools. */
const LEFT = 76;
/** A panel takes its place first, and the canvas may fit itself to what is left. */
const SETTLE_MS = 350;

/** Moves the canvas just enough to keep the inspected node in sight when its panel opens over it. */
export function useReveal(): void {
  const { getNode, getViewport, setViewport } = useReactFlow();
  const store = useStoreApi();
  const inspected = useUi((state) => state.inspected);
  const phone = usePhone();
  // A tab of the panel that needs more room takes it from the canvas.
  const width = useStore((state) => state.width);

  useEffect(() => {
    if (inspected === null) return;
    const timer = setTimeout(() => {
      const node = getNode(inspected);
      if (!node) return;
      const { height } = store.getState();
      const { x, y, zoom } = getViewport();
      const left = node.position.x * zoom + x;
      const top = node.position.y * zoom + y;
      const right = left + (node.measured?.width ?? 0) * zoom;
      const bottom = top + (node.measured?.height ?? 0) * zoom;
      const dx = shift(left, right, phone ? MARGIN : LEFT, width - MARGIN);
      const dy = shift(top, bottom, MARGIN, height - useUi.getState().bottomInset - 2 * MARGIN);
      const duration = window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 200;
      if (dx || dy) void setViewport({ x: x + dx, y: y + dy, zoom }, { duration });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [inspected, width, phone, getNode, getViewport, setViewport, store]);
}

/** How far a span must move to lie between `start` and `end`; its beginning wins when it does not fit. */
export function shift(from: number, to: number, start: number, end: number): number {
  const back = Math.min(0, end - to);
  return from + back < start ? start - from : back;
}
