/** What is opened later lies over what was opened before, wherever the page has them. Below notes (main.tsx) and menus. */
import { useId, useLayoutEffect, useState } from 'react';

const BASE = 200;
const open = new Map<string, number>();

/** The z-index of a dialog or drawer. It keeps it while it closes. */
export function useLayer(opened: boolean): number {
  const id = useId();
  const [layer, setLayer] = useState(BASE);
  useLayoutEffect(() => {
    if (!opened) return;
    const top = Math.max(BASE, ...open.values()) + 1;
    open.set(id, top);
    setLayer(top);
    return () => {
      open.delete(id);
    };
  }, [opened, id]);
  return layer;
}
