/** A save that was refused because somebody else changed or deleted what is saved: what to do is asked (ConflictDialog.tsx). */
import { create } from 'zustand';
import { ApiError } from '@/api/http';
import type { Workflow } from '@/api/types';

export interface Conflict {
  /** What was to be saved. */
  mine: Workflow;
  /** The version that is saved now; null: it was deleted. */
  newest: { version: number; savedAt: string; name: string } | null;
}

interface ConflictState {
  conflict: Conflict | null;
  /** What was to be done once the workflow is saved. */
  wish: (() => void) | null;
  set: (conflict: Conflict | null) => void;
}

export const useConflict = create<ConflictState>()((set) => ({
  conflict: null,
  wish: null,
  set: (conflict) => set({ conflict, wish: null }),
}));

export function conflictOf(error: unknown, mine: Workflow): Conflict | null {
  if (!(error instanceof ApiError)) return null;
  if (error.status === 404) return { mine, newest: null };
  if (error.code !== 'newer_version') return null;
  return { mine, newest: error.details as Conflict['newest'] };
}
