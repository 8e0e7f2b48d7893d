/** Older versions of the saved workflow: on the canvas as a proposed change, or saved anew as the newest one. */
import { api } from '@/api/client';
import { exact } from '@/runs/format';
import { useRun } from '@/runs/store';
import { closeRun } from '@/runs/watch';
import { useEditor } from '@/workflow/editor';
import { refreshList } from './save';
import { toast, toastError } from './toasts';
import { useUi } from './ui';

function toCanvas(): void {
  if (useRun.getState().readOnly) closeRun();
  useUi.getState().set({ dialog: null, inspected: null });
  useUi.getState().requestFit();
}

/** With its differences to the draft, to be taken or not. */
export async function showVersion(id: string, version: number, savedAt: string): Promise<void> {
  try {
    const { workflow } = await api.version(id, version);
    const diff = await api.diff(useEditor.getState().workflow, workflow);
    useEditor.getState().proposeVersion(`Version ${version}, saved ${exact(savedAt)}.`, workflow, diff);
    toCanvas();
  } catch (error) {
    toastError(`Version ${version} could not be shown`, error);
  }
}

/** `newest`: the newest version in view. Refused when somebody saved another one since. */
export async function restoreVersion(id: string, version: number, newest: number): Promise<void> {
  try {
    const old = await api.version(id, version);
    const stored = await api.saveWorkflow(old.workflow, { version: newest, restoredFrom: version });
    const editor = useEditor.getState();
    editor.reject();
    editor.replace(stored.workflow, editor.said, stored.version);
    toCanvas();
    toast(
      `Version ${version} is back`,
      `It is version ${stored.version} now. Undo shows what was on the canvas.`,
    );
  } catch (error) {
    toastError(`Version ${version} was not restored`, error);
  }
  refreshList();
}
