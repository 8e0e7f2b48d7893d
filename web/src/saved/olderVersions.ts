/** Older versions of the saved workflow: on the canvas as a proposed change, or saved anew as the newest one. */
import { api } from '@/api/client';
import { ApiError } from '@/api/http';
import { ask } from '@/base/AskDialog';
import { exact } from '@/base/format';
import { closeToast, toast, toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { isPhone } from '@/base/usePhone';
import { useRun } from '@/runs/runStore';
import { closeRun } from '@/runs/watchRun';
import { closeProposal } from '@/workflow/closeProposal';
import { useEditor } from '@/workflow/editor';
import { conflictOf, useConflict } from './conflict';
import { becomeNew, refreshList } from './save';

function toCanvas(): void {
  if (useRun.getState().readOnly) closeRun();
  useUi.getState().set({ dialog: null, inspected: null });
  if (isPhone()) useUi.getState().set({ dockOpen: false });
  useUi.getState().requestFit();
}

/** With its differences to the draft, to be taken or not. */
export async function showVersion(id: string, version: number, savedAt: string): Promise<void> {
  try {
    const { workflow } = await api.version(id, version);
    closeProposal();
    const diff = await api.diff(useEditor.getState().workflow, workflow);
    useEditor
      .getState()
      .proposeVersion(version, `Version ${version}, saved ${exact(savedAt)}.`, workflow, diff);
    toCanvas();
  } catch (error) {
    if (await isDeleted(id, error)) noteDeleted(id);
    else toastError(`Version ${version} could not be shown`, error);
  }
}

const NOT_RESTORED = 'not-restored';

/** `seen`: the newest version in view. When somebody saved another one since, that is asked about first. */
export async function restoreVersion(id: string, version: number, seen: number): Promise<void> {
  const { saved, version: known = 0 } = useEditor.getState();
  // One's own last save was seen, too: Save first comes between the list and this.
  const newest = saved?.workflowId === id ? Math.max(seen, known) : seen;
  try {
    const old = await api.version(id, version);
    const stored = await api.saveWorkflow(old.workflow, { version: newest, restoredFrom: version });
    const editor = useEditor.getState();
    editor.reject();
    editor.replace(stored.workflow, editor.said, stored.version);
    toCanvas();
    closeToast(NOT_RESTORED);
    toast(
      `Version ${version} is back`,
      `It is version ${stored.version} now. Undo shows what was on the canvas.`,
    );
  } catch (error) {
    const conflict = conflictOf(error, useEditor.getState().workflow);
    if (conflict?.newest) askAgain(id, version, conflict.newest);
    else if (await isDeleted(id, error)) noteDeleted(id);
    else toastError(`Version ${version} was not restored`, error, NOT_RESTORED);
  }
  refreshList();
}

/** Whether what was not found is the workflow itself, and not this version of it. */
async function isDeleted(id: string, error: unknown): Promise<boolean> {
  if (!isNotFound(error)) return false;
  return await api.workflow(id).then(() => false, isNotFound);
}

const isNotFound = (error: unknown) => error instanceof ApiError && error.status === 404;

/** Somebody deleted it: what is on the canvas is unsaved work from here on, which is said. */
export function noteDeleted(id: string): void {
  const { workflow } = useEditor.getState();
  becomeNew(id);
  if (workflow.workflowId === id) useConflict.getState().set({ mine: workflow, newest: null });
  useUi.getState().set({ dialog: null });
}

function askAgain(id: string, version: number, theirs: { version: number; name: string }): void {
  ask({
    title: 'Saved elsewhere meanwhile',
    words: `“${theirs.name}” was saved in another tab or by someone else meanwhile, as version ${theirs.version}. Restore version ${version} anyway? What they saved stays among the versions.`,
    yes: 'Restore anyway',
    onYes: () => void restoreVersion(id, version, theirs.version),
  });
}
