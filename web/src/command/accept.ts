import { useUi } from '@/app/ui';
import { useRun } from '@/runs/store';
import { useEditor } from '@/workflow/editor';

/** Take what was understood, where it is in sight. False when nothing is proposed. */
export function acceptProposal(): boolean {
  const { proposal, accept } = useEditor.getState();
  if (!proposal || useRun.getState().readOnly) return false;
  useUi.getState().set({ highlighted: [] });
  accept();
  return true;
}
