import { useUi } from '@/base/ui';
import { isEmpty } from '@/workflow/ops';
import type { ShownGraph } from './shownGraph';

/** Whether examples and templates stand where the graph would; they cover the canvas with its tools. */
export function useWelcome(view: ShownGraph): boolean {
  const libraryOpen = useUi((state) => state.libraryOpen);
  return isEmpty(view.workflow) && view.nodes.length === 0 && !libraryOpen;
}
