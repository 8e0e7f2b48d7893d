import { useEditor } from './editor';

/** What can be taken back and done again; a proposed change is taken back first. */
export function useUndo() {
  const canUndo = useEditor((state) => state.past.length > 0 || state.proposal !== null);
  const canRedo = useEditor((state) => state.future.length > 0 && state.proposal === null);
  const { undo, redo } = useEditor.getState();
  return { canUndo, canRedo, undo, redo };
}
