import { useUi } from '@/base/ui';
import { useRun } from '@/runs/runStore';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { replacesWork, useEditor } from '@/workflow/editor';

/** Take what was understood, where it is in sight; asks first when that replaces unsaved work. False when nothing is
 *  proposed: an older version that is looked at is brought back by its own button. */
export function acceptProposal(): boolean {
  const { proposal } = useEditor.getState();
  if (!proposal || proposal.kind === 'version' || useRun.getState().readOnly) return false;
  const accept = () => {
    if (useEditor.getState().proposal !== proposal) return; // another one came, or it was given up
    useUi.getState().set({ highlighted: [] });
    useEditor.getState().accept();
  };
  if (replacesWork(useEditor.getState())) confirmLeaving(accept);
  else accept();
  return true;
}
