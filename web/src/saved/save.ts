/** Saved workflows: save, open, start afresh, import and export. */

import { api } from '@/api/client';
import { ApiError } from '@/api/http';
import { toJson } from '@/api/json';
import { keys } from '@/api/queries';
import type { Workflow } from '@/api/types';
import { queryClient } from '@/base/queryClient';
import { closeToast, toast, toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { closeRun } from '@/runs/watchRun';
import { closeProposal } from '@/workflow/closeProposal';
import { isBlank, isDirty, type Proposal, type Step, useEditor } from '@/workflow/editor';
import { emptyWorkflow, newWorkflowId, rename } from '@/workflow/ops';
import { conflictOf, useConflict } from './conflict';

export function refreshList(): void {
  for (const queryKey of [keys.workflows, keys.versions, keys.schedules, keys.hooks]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}

const UNSAVED = 'unsaved';
const STILL_THERE = 'Your work is still on the canvas. Save it again after that.';

let saving: Promise<unknown> = Promise.resolve();

/** One save after the other: the second is based on what the first one made. True when all is saved. */
export function saveWorkflow(over?: number): Promise<boolean> {
  const saved = saving.then(() => save(over));
  saving = saved;
  return saved;
}

/** `over`: the version to save over, when somebody looked at it; else the one on which the draft is based. */
async function save(over: number | undefined): Promise<boolean> {
  const editor = useEditor.getState();
  const { workflow, version } = editor;
  if (isBlank(editor)) return false;
  try {
    const stored = await api.saveWorkflow(workflow, { version: over ?? version });
    // The server names the triggers: by these ids their state is found.
    const triggers = stored.workflow.triggers;
    const named = { ...workflow, triggers };
    const now = useEditor.getState().workflow;
    if (now.workflowId === workflow.workflowId) {
      if (now === workflow) useEditor.setState({ workflow: named });
      else if (now.triggers === workflow.triggers) useEditor.setState({ workflow: { ...now, triggers } }); // edited on while it was saved
      useEditor.getState().markSaved(named, stored.version);
    }
    useConflict.getState().set(null);
    closeToast(UNSAVED);
    toast('Saved', workflow.name, { id: 'saved' });
    refreshList();
    return true;
  } catch (error) {
    const conflict = conflictOf(error, workflow);
    const isShown = useEditor.getState().workflow.workflowId === workflow.workflowId;
    // The answers are about the canvas: of a workflow that was left meanwhile it is said alone.
    if (conflict?.newest === null) becomeNew(workflow.workflowId); // whatever is answered, it is unsaved work
    if (conflict && isShown) useConflict.getState().set(conflict);
    else if (isShown) toastError('The workflow was not saved', error, UNSAVED, STILL_THERE);
    else toastError(`“${workflow.name}” was not saved`, error);
    return false;
  }
}

function show(workflow: Workflow, version = 0): void {
  useEditor.getState().open(workflow, { saved: version ? workflow : null, version });
  look();
}

/** At the canvas: nothing lies over it any more. */
function look(): void {
  const { proposal, reject } = useEditor.getState();
  if (proposal?.kind === 'version') reject();
  closeRun();
  useUi.getState().set({ inspected: null, dialog: null, mode: 'edit', selected: [] });
  useUi.getState().requestFit();
}

/** Put a saved workflow on the canvas, if it `isWanted` still once it has come. Throws what kept it from that.
 *  The one that is there keeps its undo history: what is saved of it comes as a step, if it differs. */
export async function loadWorkflow(id: string, isWanted: () => boolean = () => true): Promise<void> {
  const { workflow, version } = await api.workflow(id);
  if (!isWanted()) return;
  const editor = useEditor.getState();
  if (editor.saved?.workflowId !== id || editor.workflow.workflowId !== id) return show(workflow, version);
  if (isDirty(editor) || editor.version !== version) editor.replace(workflow, editor.said, version);
  look();
}

export async function openWorkflow(id: string): Promise<void> {
  try {
    await loadWorkflow(id);
  } catch (error) {
    noteMissing(id, error);
    toastError('The workflow could not be opened', error);
  }
}

export function newWorkflow(): void {
  show(emptyWorkflow());
}

/** No name is longer. */
const MAX_NAME = 200;
const COPY = ' (copy)';

export function copyName(name: string): string {
  return name.slice(0, MAX_NAME - COPY.length) + COPY;
}

export function duplicateWorkflow(): void {
  const { workflow } = useEditor.getState();
  show({ ...workflow, workflowId: newWorkflowId(), name: copyName(workflow.name) });
}

/** Under an id of its own: what was saved under the old one is somebody else's, or gone. So it is after undo, too. */
export function becomeNew(id = useEditor.getState().workflow.workflowId): void {
  const workflowId = newWorkflowId();
  const renewed = (workflow: Workflow) =>
    workflow.workflowId === id ? { ...workflow, workflowId } : workflow;
  const stepOf = <One extends Step>(step: One): One =>
    step.workflow.workflowId === id
      ? { ...step, workflow: renewed(step.workflow), saved: null, version: 0 }
      : step;
  useEditor.setState((state) => ({
    ...stepOf(state),
    past: state.past.map(stepOf),
    future: state.future.map(stepOf),
    proposal: renewedProposal(state.proposal, renewed),
  }));
}

/** What the tab still has of a workflow that somebody else deleted is unsaved work from then on. */
function noteMissing(id: string, error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 404) return;
  becomeNew(id);
  refreshList();
}

/** The list does not have it: either the list is older than it, or somebody deleted it. */
export async function noteIfMissing(id: string): Promise<void> {
  await api.workflow(id).catch((error: unknown) => noteMissing(id, error));
}

/** An older version is gone with the workflow. */
function renewedProposal(
  proposal: Proposal | null,
  renewed: (workflow: Workflow) => Workflow,
): Proposal | null {
  if (proposal?.kind !== 'version') return proposal && { ...proposal, next: renewed(proposal.next) };
  return renewed(proposal.next) === proposal.next ? proposal : null;
}

export async function deleteWorkflow(id: string): Promise<void> {
  try {
    await api.deleteWorkflow(id);
    becomeNew(id); // what is on the canvas, or comes back by undo, stays as unsaved work
    toast('The saved workflow was deleted');
    refreshList();
  } catch (error) {
    noteMissing(id, error);
    toastError('The workflow was not deleted', error);
  }
}

export async function renameWorkflow(id: string, name: string): Promise<void> {
  try {
    const { workflow, version } = await api.workflow(id);
    const saved = await api.saveWorkflow({ ...workflow, name }, { version });
    const editor = useEditor.getState();
    if (editor.saved?.workflowId === id) {
      // The one on the canvas takes the name too; what else is unsaved in it stays unsaved.
      const clean = !isDirty(editor);
      const newest = editor.version === version; // else what somebody else saved is still unseen
      closeProposal();
      editor.commit((draft) => rename(draft, name));
      if (newest) editor.markSaved(clean ? useEditor.getState().workflow : saved.workflow, saved.version);
    }
    refreshList();
  } catch (error) {
    noteMissing(id, error);
    toastError('The workflow was not renamed', error);
  }
}

export function exportWorkflow(): void {
  const { workflow } = useEditor.getState();
  const url = URL.createObjectURL(new Blob([toJson(workflow, 2)], { type: 'application/json' }));
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
    show(workflow);
    const asked = problems[0];
    toast('Imported', asked ? `${workflow.name}: ${asked.message}` : workflow.name, {
      stays: asked !== undefined,
    });
  } catch (error) {
    toastError(`“${file.name}” could not be imported`, error);
  }
}
