/** Saved workflows: save, open, start afresh, import and export. */
import { api } from '@/api/client';
import { ApiError } from '@/api/http';
import { keys } from '@/api/queries';
import type { Workflow } from '@/api/types';
import { closeRun } from '@/runs/watch';
import { currentWorkflow, isDirty, useEditor } from '@/workflow/editor';
import { emptyWorkflow, isEmpty, newWorkflowId, rename } from '@/workflow/ops';
import { queryClient } from './queryClient';
import { toast, toastError } from './toasts';
import { useUi } from './ui';

function refreshList(): void {
  for (const queryKey of [keys.workflows, keys.schedules, keys.hooks]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}

export async function saveWorkflow(): Promise<void> {
  const editor = useEditor.getState();
  editor.accept();
  const { workflow, saved } = useEditor.getState();
  if (isEmpty(workflow) && saved?.workflowId !== workflow.workflowId) return; // nothing was made yet
  try {
    const stored = await (saved ? updateOrCreate(workflow) : api.createWorkflow(workflow));
    // The server names the triggers: by these ids their state is found.
    const named = { ...workflow, triggers: stored.triggers };
    const now = useEditor.getState().workflow;
    if (now === workflow) useEditor.setState({ workflow: named });
    else if (now.triggers === workflow.triggers)
      useEditor.setState({ workflow: { ...now, triggers: stored.triggers } }); // edited on while it was saved
    useEditor.getState().markSaved(named);
    toast('Saved', workflow.name);
    refreshList();
  } catch (error) {
    toastError('The workflow was not saved', error);
  }
}

/** Saved before but gone at the server (deleted in another tab): it is made anew. */
async function updateOrCreate(workflow: Workflow): Promise<Workflow> {
  try {
    return await api.updateWorkflow(workflow);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    return await api.createWorkflow(workflow);
  }
}

function show(workflow: Workflow, saved: boolean): void {
  closeRun();
  useEditor.getState().open(workflow, { saved: saved ? workflow : null });
  useUi.getState().set({ inspected: null, dialog: null, mode: 'edit', selected: [] });
  useUi.getState().requestFit();
}

export async function openWorkflow(id: string): Promise<void> {
  try {
    show(await api.workflow(id), true);
  } catch (error) {
    toastError('The workflow could not be opened', error);
  }
}

export function newWorkflow(): void {
  show(emptyWorkflow(), false);
}

export function duplicateWorkflow(): void {
  const workflow = currentWorkflow(useEditor.getState());
  show({ ...workflow, workflowId: newWorkflowId(), name: `${workflow.name} (copy)`.slice(0, 200) }, false);
}

export async function deleteWorkflow(id: string): Promise<void> {
  try {
    await api.deleteWorkflow(id);
    const { saved, markSaved } = useEditor.getState();
    if (saved?.workflowId === id) markSaved(null); // what is on the canvas stays, as unsaved work
    toast('The saved workflow was deleted');
    refreshList();
  } catch (error) {
    toastError('The workflow was not deleted', error);
  }
}

export async function renameWorkflow(id: string, name: string): Promise<void> {
  try {
    const saved = await api.updateWorkflow({ ...(await api.workflow(id)), name });
    const editor = useEditor.getState();
    if (editor.saved?.workflowId === id) {
      // The one on the canvas takes the name too; what else is unsaved in it stays unsaved.
      const clean = !isDirty(editor);
      editor.commit((workflow) => rename(workflow, name));
      editor.markSaved(clean ? useEditor.getState().workflow : saved);
    }
    refreshList();
  } catch (error) {
    toastError('The workflow was not renamed', error);
  }
}

export function exportWorkflow(): void {
  const workflow = currentWorkflow(useEditor.getState());
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(workflow, null, 2)], { type: 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = `${workflow.name.replace(/[^\p{L}\p{N}_-]+/gu, '-') || 'workflow'}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What the author of the file allowed, its new owner has to allow: in the node's form, before the first run. */
const OWNER_DECIDES = 'outside_target';

/** No workflow is larger; the server takes no more. */
const MAX_BYTES = 1 << 20;

async function textOf(file: File): Promise<string> {
  if (file.size > MAX_BYTES) throw new Error('The file is larger than 1 MiB.');
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('The file is not text in UTF-8. Save it as UTF-8.');
  }
}

/** The server reads and judges the file; nothing in it runs. */
export async function importWorkflow(file: File): Promise<void> {
  try {
    const read = await api.readWorkflow(await textOf(file));
    // An imported workflow is a new one.
    const workflow = { ...read, workflowId: newWorkflowId(), name: read.name || 'Imported workflow' };
    const { problems } = await api.check(workflow, {});
    const first = problems.find((problem) => problem.code !== OWNER_DECIDES);
    if (first) throw new Error(`${first.where}: ${first.message}`);
    show(workflow, false);
    const asked = problems[0];
    toast('Imported', asked ? `${workflow.name}: ${asked.message}` : workflow.name, {
      stays: asked !== undefined,
    });
  } catch (error) {
    toastError(`“${file.name}” could not be imported`, error);
  }
}
