/** From a run that is looked at to a draft of one's own. */

import { useUi } from '@/base/ui';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { useEditor } from '@/workflow/editor';
import { newWorkflowId } from '@/workflow/ops';
import { saySame } from '@/workflow/same';
import { isOver, type RunRecord } from './record';
import { useRun } from './runStore';
import { closeRun } from './watchRun';

/** Make the run's workflow the draft, to be changed and run again; asks first when that replaces unsaved work. */
export function editRun(run: RunRecord): void {
  const isSame = saySame(useEditor.getState().workflow, run.workflow);
  if (isSame) takeOver(run);
  else confirmLeaving(() => takeOver(run));
}

function takeOver(run: RunRecord): void {
  // The draft's own history keeps what was there: undo brings it back.
  const editor = useEditor.getState();
  editor.replace({ ...run.workflow, workflowId: newWorkflowId() }, run.said ?? '');
  editor.remember(run.config);
  // A run that failed stays over the draft: mended, it is replayed from where it broke.
  const failed = run.status === 'failed' && !run.interrupted;
  if (isOver(run.status) && !failed) closeRun();
  else useRun.getState().setReadOnly(false);
  useUi.getState().set({ inspected: null });
}
