/** Carries out what the server understood as a command of the page: "undo that", "run it in the background". */
import { api } from '@/api/client';
import type { Intent } from '@/api/types';
import { speak } from '@/base/speak';
import { toast, toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { openRun } from '@/runs/openRun';
import { useRunner } from '@/runs/startRun';
import { planBase, useEditor } from '@/workflow/editor';
import { isEmpty } from '@/workflow/ops';

export async function carryOut(intent: Intent): Promise<void> {
  const editor = useEditor.getState();
  switch (intent) {
    case 'undo':
      if (!editor.proposal && editor.past.length === 0) return say('There is nothing to undo.');
      editor.undo();
      return say('Undone.');
    case 'redo':
      if (editor.proposal || editor.future.length === 0) return say('There is nothing to redo.');
      editor.redo();
      return say('Done again.');
    case 'run':
      return run();
    case 'run_background':
      useUi.getState().set({ background: true });
      return run();
    case 'show_history':
      return useUi.getState().set({ historyOpen: true });
    case 'restore_last_run':
      return restoreLast();
  }
}

function run(): Promise<void> | void {
  if (isEmpty(planBase(useEditor.getState()))) return say('There is no workflow to run yet.');
  return useRunner.getState().run();
}

async function restoreLast(): Promise<void> {
  try {
    const [last] = (await api.history({}, null, 1)).history;
    if (!last) return say('Nothing has run yet.');
    await openRun(last.id);
  } catch (error) {
    toastError('The last run could not be found', error);
  }
}

function say(words: string): void {
  toast(words);
  speak(words);
}
