/** The title of the tab: what is shown and, of a run, how it goes. A tab in the background tells it by this alone. */
import type { RunStatus } from '@/api/types';
import { useUi } from '@/base/ui';
import { useRun } from '@/runs/runStore';
import { isBlank, useEditor } from '@/workflow/editor';

const PRODUCT = 'VoiceGraph';

const STATES: Record<RunStatus, string> = {
  pending: '… Pending',
  running: '▶ Running',
  waiting: '⏸ Waiting',
  completed: '✓ Done',
  failed: '✗ Failed',
  cancelled: '■ Cancelled',
};

export function titleShown(): string {
  if (useUi.getState().gone) return `Not found – ${PRODUCT}`;
  const { run } = useRun.getState();
  if (run) return `${STATES[run.status]} · ${run.name} – ${PRODUCT}`;
  const editor = useEditor.getState();
  return isBlank(editor) ? PRODUCT : `${editor.workflow.name} – ${PRODUCT}`;
}

export function startTitle(): void {
  const write = () => {
    const title = titleShown();
    if (document.title !== title) document.title = title;
  };
  write();
  for (const store of [useUi, useRun, useEditor]) store.subscribe(write);
}
