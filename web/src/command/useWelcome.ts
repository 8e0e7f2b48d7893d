import { useUi } from '@/app/ui';
import type { View } from '@/app/view';
import { isEmpty } from '@/workflow/ops';

/** Whether examples and templates stand where the graph would; they cover the canvas with its tools. */
export function useWelcome(view: View): boolean {
  const libraryOpen = useUi((state) => state.libraryOpen);
  return isEmpty(view.workflow) && view.nodes.length === 0 && !libraryOpen;
}
