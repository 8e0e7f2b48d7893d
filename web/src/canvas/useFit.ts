import { useNodesInitialized, useReactFlow } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import { useUi } from '@/app/ui';
import { usePhone } from '@/app/usePhone';
import type { View } from '@/app/view';
import type { CanvasNode } from './elements';

/** Brings the graph into view when another one is put up, and when it is asked for. */
export function useFit(view: View, nodes: readonly CanvasNode[]): void {
  const { fitView } = useReactFlow();
  const measured = useNodesInitialized();
  const request = useUi((state) => state.fitRequest);
  const phone = usePhone();
  const shown = `${view.workflow.workflowId} ${view.readOnly} ${view.proposed} ${request} ${nodes.length > 0}`;
  const fitted = useRef('');

  useEffect(() => {
    if (!measured || fitted.current === shown) return;
    const first = fitted.current === '';
    fitted.current = shown;
    const still = first || window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    // Room for the tools on the left and the command bar below.
    const padding = phone
      ? ({ top: '24px', right: '16px', bottom: '230px', left: '16px' } as const)
      : ({ top: '48px', right: '64px', bottom: '200px', left: '84px' } as const);
    void fitView({ padding, maxZoom: 1.1, minZoom: phone ? 0.45 : 0.2, duration: still ? 0 : 300 });
  }, [measured, shown, fitView, phone]);
}
