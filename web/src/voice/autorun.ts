/** Whether a plan that was spoken may run by itself. The user has asked for that; a doubt anywhere still asks back. */
import { api } from '@/api/client';
import { useRunner } from '@/runs/runner';
import { useEditor } from '@/workflow/editor';

/** Below this the recogniser may have heard another name, address or number. */
export const SURE = 0.6;

/** Runs the proposal unless something is missing, was guessed, assumed, or may have been misheard. */
export async function runIfClear(confidence: number): Promise<boolean> {
  const { proposal } = useEditor.getState();
  if (!proposal || confidence < SURE) return false;
  if (proposal.assumptions.length > 0 || proposal.clauses.some((clause) => clause.doubtful)) return false;
  const check = await api.check(proposal.next, {});
  if (check.problems.length + check.missing.length + check.notices.length > 0) return false;
  if (useEditor.getState().proposal !== proposal) return false; // the user was faster
  await useRunner.getState().run();
  return true;
}
