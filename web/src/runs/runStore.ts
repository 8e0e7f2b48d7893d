/** The run on the canvas: either it lies over the draft while it goes, or it is looked at read-only. */
import { create } from 'zustand';
import type { NodeResult, RunEvent } from '@/api/types';
import { applyEvents, type RunRecord, waitsForTurn } from './record';

interface RunState {
  run: RunRecord | null;
  /** The canvas shows the run's own workflow and takes no edits. */
  readOnly: boolean;
  /** The event stream was lost and is being fetched again. */
  stalled: boolean;
  /** The node that the pointer is on in the timeline or the log. */
  hovered: string | null;
}

interface RunActions {
  show: (run: RunRecord, readOnly: boolean) => void;
  apply: (runId: string, events: readonly RunEvent[]) => void;
  /** Lines before those that are known: the state of the run has nothing to do with them. */
  extendLog: (runId: string, earlier: readonly RunEvent[]) => void;
  setStalled: (stalled: boolean) => void;
  setReadOnly: (readOnly: boolean) => void;
  hover: (nodeId: string | null) => void;
  clear: () => void;
}

export const useRun = create<RunState & RunActions>()((set) => ({
  run: null,
  readOnly: false,
  stalled: false,
  hovered: null,
  show: (run, readOnly) => set({ run, readOnly, stalled: false, hovered: null }),
  apply: (runId, events) =>
    set((state) => (state.run?.id === runId ? { run: applyEvents(state.run, events) } : state)),
  extendLog: (runId, earlier) =>
    set((state) => {
      if (state.run?.id !== runId) return state;
      const known = state.run.logs[0]?.seq ?? Number.POSITIVE_INFINITY;
      const fresh = earlier.filter((event) => event.seq < known);
      return { run: { ...state.run, logs: [...fresh, ...state.run.logs] } };
    }),
  setStalled: (stalled) => set({ stalled }),
  setReadOnly: (readOnly) => set({ readOnly }),
  hover: (hovered) => set({ hovered }),
  clear: () => set({ run: null, readOnly: false, stalled: false, hovered: null }),
}));

/** Why a node that the server stopped under, too often, is not started yet; null of every other. */
export function useTurn(nodeId: string): string | null {
  return useRun(({ run }) => {
    if (run?.nodes[nodeId]?.status !== 'waiting') return null;
    return waitsForTurn(nodeId, run.logs)?.message ?? null;
  });
}

/** What the run on the canvas made of this node, if there is one. */
export function useNodeResult(nodeId: string): NodeResult | undefined {
  return useRun((state) => state.run?.nodes[nodeId]);
}
