/** Unsaved work is not replaced without a question (saved/LeaveDialog.tsx). */
import { create } from 'zustand';
import { isDirty, useEditor } from './editor';

interface LeaveState {
  next: (() => void) | null;
  set: (next: (() => void) | null) => void;
}

/** What is to be done once the question is answered; null while none is asked. */
export const useLeave = create<LeaveState>()((set) => ({ next: null, set: (next) => set({ next }) }));

/** Do `next` now, or after a question when unsaved work would be replaced. */
export function confirmLeaving(next: () => void): void {
  if (isDirty(useEditor.getState())) useLeave.getState().set(next);
  else next();
}
