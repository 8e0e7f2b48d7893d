import { useUi } from '@/base/ui';
import { useEditor } from './editor';

/** Back to the draft beneath. A sentence goes back to where it was typed: nothing that was said is lost. */
export function closeProposal(): void {
  const { proposal, reject } = useEditor.getState();
  if (!proposal) return;
  const { command, set } = useUi.getState();
  const isBack = !command.trim() && proposal.kind !== 'version';
  set({
    highlighted: [],
    ...(isBack && { command: proposal.text, mode: proposal.kind === 'plan' ? 'new' : 'edit' }),
  });
  reject();
}
