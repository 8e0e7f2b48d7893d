/** Starts runs from earlier ones, and brings the new run to the canvas. */
import { api, type ReplayRequest } from '@/api/client';
import { closeToast, toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { isPhone } from '@/base/usePhone';
import { useEditor } from '@/workflow/editor';
import { toastStarted } from './backgroundToasts';
import { useRun } from './runStore';
import { newKey, onEnd } from './startRun';
import { showRun } from './watchRun';

/** The graph to replay on: the draft while the run lies over it, else (undefined) the graph as it was run. */
function graphOf(runId: string) {
  const { run, readOnly } = useRun.getState();
  if (run?.id !== runId || readOnly) return undefined;
  useEditor.getState().accept();
  return useEditor.getState().workflow;
}

/** What a reader calls the run: `said` by whoever lists it, else what is known of it on the canvas. */
function nameOf(runId: string, said?: string): string {
  const { run } = useRun.getState();
  return said || (run?.id === runId && (run.said || run.name)) || '';
}

const NOT_REPLAYED = 'replay-not-started';

/** Start it and follow it on the canvas; what the server refuses is said and false is answered. */
export async function replay(
  runId: string,
  asked: Omit<ReplayRequest, 'workflow'>,
  said?: string,
): Promise<boolean> {
  const name = nameOf(runId, said);
  const workflow = graphOf(runId);
  try {
    const { runId: started } = await api.replayRun(runId, { ...asked, workflow }, newKey());
    closeToast(NOT_REPLAYED);
    if (asked.mode === 'background') toastStarted(started, name);
    useUi.getState().set({ historyOpen: false, dockOpen: !isPhone() });
    showRun(started, { readOnly: workflow === undefined, onEnd }).catch((error: unknown) =>
      toastError('The replay cannot be followed', error),
    );
    return true;
  } catch (error) {
    toastError('The replay was not started', error, NOT_REPLAYED);
    return false;
  }
}
