/** Whether a plan that was spoken may run by itself. The user has asked for that; a doubt anywhere still asks back. */
import { create } from 'zustand';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import { speak } from '@/base/speak';
import { useRunner } from '@/runs/startRun';
import { type Proposal, replacesWork, useEditor } from '@/workflow/editor';

/** Below this the recogniser may have heard another name, address or number. */
export const SURE = 0.6;

/** The proposal that was kept from running by itself, and why. */
export const useHeld = create<{ proposal: Proposal | null; why: string }>()(() => ({
  proposal: null,
  why: '',
}));

/** Runs the proposal, or says what keeps it from running by itself. */
export async function runIfClear(confidence: number, signal: AbortSignal): Promise<void> {
  const { proposal } = useEditor.getState();
  if (!proposal) return;
  const why = doubtOf(proposal, confidence) ?? (await whatIsOpen(proposal));
  if (signal.aborted || useEditor.getState().proposal !== proposal) return; // the user was faster
  if (why === null) {
    useEditor.getState().accept();
    return useRunner.getState().run();
  }
  useHeld.setState({ proposal, why });
  speak(why, { after: true });
}

function doubtOf({ assumptions, clauses, next }: Proposal, confidence: number): string | null {
  const guess = clauses.find((clause) => clause.doubtful);
  if (replacesWork(useEditor.getState())) return 'It would replace unsaved work.';
  if (confidence < SURE) return 'It may have been misheard. Check the words.';
  if (guess) return `“${guess.text}” is a best guess. Check it.`;
  if (assumptions.length > 0) return 'Something was assumed. Check it.';
  if (next.triggers.length > 0) return 'It starts by itself once it is saved.';
  return null;
}

async function whatIsOpen(proposal: Proposal): Promise<string | null> {
  const check = await api.check(proposal.next, {}).catch(describe);
  if (typeof check === 'string') return check;
  const { problems, missing, notices } = check;
  if (missing.length > 0) {
    const titles = [...new Set(missing.map(({ title }) => title))].join(', ');
    return `It was not said what these are: ${titles}. Run it to be asked for them.`;
  }
  return problems[0]?.message ?? notices[0]?.message ?? null;
}
