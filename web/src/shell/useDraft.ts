import { useEffect } from 'react';
import { toJson } from '@/api/json';
import type { Workflow } from '@/api/types';
import { toast } from '@/base/toasts';
import { isOver } from '@/runs/record';
import { useRun } from '@/runs/runStore';
import type { DraftKeeper } from '@/workflow/draft';
import { type Step, useEditor } from '@/workflow/editor';

const SAVE_MS = 400;

/** Same content, same object: that is how "nothing to save" is told. */
function sameObjects() {
  const known = new Map<string, Workflow>();
  return (workflow: Workflow): Workflow => {
    const text = toJson(workflow);
    const first = known.get(text) ?? workflow;
    known.set(text, first);
    return first;
  };
}

/** Put back what the tab had before it was reloaded. The run it followed is the address's matter. */
export function restoreDraft({ kept, undo }: Pick<DraftKeeper, 'kept' | 'undo'>): void {
  if (!kept) return;
  const same = sameObjects();
  const stepOf = (step: Step): Step => ({
    workflow: same(step.workflow),
    said: step.said,
    saved: step.saved && same(step.saved),
    version: step.version,
  });
  const { proposal, answers } = kept;
  const past = undo.past.map(stepOf);
  useEditor.setState({ ...stepOf(kept), past, future: undo.future.map(stepOf), proposal, answers });
}

/** Keep the draft while it changes. */
export function useDraft(keeper: DraftKeeper): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let warned = false;
    const write = () => {
      clearTimeout(timer);
      const { run, readOnly } = useRun.getState();
      const kept = keeper.write(useEditor.getState(), run && !readOnly ? run.id : null);
      if (kept || warned) return;
      warned = true;
      toast(
        'Unsaved work is not kept',
        'The browser gives no storage. Save the workflow before you close the page.',
        { stays: true },
      );
    };
    const schedule = () => {
      clearTimeout(timer);
      timer = setTimeout(write, SAVE_MS);
    };
    const stopEditor = useEditor.subscribe(schedule);
    const stopRun = useRun.subscribe((state, old) => {
      if (state.run?.id !== old.run?.id || (state.run && isOver(state.run.status))) schedule();
    });
    window.addEventListener('pagehide', write);
    return () => {
      stopEditor();
      stopRun();
      window.removeEventListener('pagehide', write);
      clearTimeout(timer);
    };
  }, [keeper]);
}
