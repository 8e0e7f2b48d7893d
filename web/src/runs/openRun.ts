import { closeToast, toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { isOver } from './record';
import { useRun } from './runStore';
import { showRun } from './watchRun';

const NOT_OPENED = 'run-not-opened';

/** Put a past run on the canvas, and take away what would lie over it. What keeps it from that is said. */
export async function openRun(id: string): Promise<void> {
  useUi.getState().set({ dialog: null, historyOpen: false });
  try {
    await showRun(id, { readOnly: true });
    closeToast(NOT_OPENED);
    openResult();
  } catch (error) {
    toastError('The run could not be opened', error, NOT_OPENED);
  }
}

/** Of a run that is over one sees what it came to, also where the dock covers the graph. */
export function openResult(): void {
  const { run } = useRun.getState();
  if (run && isOver(run.status)) useUi.getState().set({ dockOpen: true });
}
