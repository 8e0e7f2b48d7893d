/**
 * Ties the address to what the page shows, in both directions.
 *
 * Whatever changes what is shown (the history, a menu, a voice command, a run that starts) knows nothing of addresses:
 * the stores are watched, and the address follows them. Back, Forward and a link go the other way.
 */
import { ApiError, describe, isAbort } from '@/api/http';
import { type Place, pathOf, placeOf } from '@/base/address';
import { useUi } from '@/base/ui';
import { isPhone } from '@/base/usePhone';
import { openResult } from '@/runs/openRun';
import { useRun } from '@/runs/runStore';
import { closeRun, showRun } from '@/runs/watchRun';
import { becomeNew, loadWorkflow, newWorkflow } from '@/saved/save';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { isDirty, useEditor } from '@/workflow/editor';

/** Kept by the browser with each entry: its number, and the draft over which the run lay. */
interface Entry {
  index: number;
  over: string | null;
}

let index = 0;
let shownDocument = '';
/** Waiting for the browser to be back where it was. */
let frozen = false;
/** The question about unsaved work was answered. */
let allowed = false;

/** What is on the canvas; what is being opened, or could not be, counts before it. */
function placeShown(): Place {
  const { opening, gone } = useUi.getState();
  if (opening ?? gone) return (opening ?? gone?.place) as Place;
  const { run } = useRun.getState();
  if (run) return { kind: 'run', id: run.id };
  const { saved } = useEditor.getState();
  return saved ? { kind: 'workflow', id: saved.workflowId } : { kind: 'draft' };
}

function entryNow(): Entry {
  const { run, readOnly } = useRun.getState();
  return { index, over: run && !readOnly ? useEditor.getState().workflow.workflowId : null };
}

/** Make the address say what is shown. A document that was saved keeps its entry; another one gets its own. */
function write(replace = false): void {
  if (frozen) return;
  const path = pathOf(placeShown());
  const { workflowId } = useEditor.getState().workflow;
  const saved =
    workflowId === shownDocument && ![path, location.pathname].some((one) => one.startsWith('/runs/'));
  shownDocument = workflowId;
  const stays = replace || saved || path === location.pathname + location.search;
  if (!stays) index += 1;
  history[stays ? 'replaceState' : 'pushState'](entryNow(), '', path);
}

let due = false;

/** Once, after all that changes together. */
function writeSoon(): void {
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    write();
  });
}

/** Whether going there would put another document in the draft's place. */
function replacesDraft(place: Place): boolean {
  const { saved } = useEditor.getState();
  if (place.kind === 'run') return false;
  return place.kind === 'workflow' ? saved?.workflowId !== place.id : saved !== null;
}

interface How {
  /** The document over whose draft the run lies; any other run is looked at read-only. */
  over?: string | null;
  /** Ask the server, even for what is on the canvas already. */
  fresh?: boolean;
  /** What cannot be opened is left out. */
  quiet?: boolean;
}

/** Show what an address names. What keeps it from that stands where it would be, with a way on. */
export async function open(
  place: Place,
  { over = null, fresh = false, quiet = false }: How = {},
): Promise<void> {
  const { set, requestFit } = useUi.getState();
  set({ gone: null, dialog: null, historyOpen: false, inspected: null });
  if (place.kind === 'run' && useRun.getState().run?.id === place.id) return;
  if (place.kind !== 'run' && !fresh && !replacesDraft(place)) return closeRun();
  if (place.kind === 'draft') return newWorkflow();
  set({ opening: place, ...(place.kind === 'run' && !isPhone() ? { dockOpen: true } : {}) });
  const isLast = () => useUi.getState().opening === place;
  try {
    if (place.kind === 'workflow') await loadWorkflow(place.id, isLast);
    else {
      await showRun(place.id, { readOnly: over !== useEditor.getState().workflow.workflowId });
      openResult();
    }
    requestFit();
  } catch (error) {
    if (isAbort(error) || quiet || !isLast()) return; // another one was asked for meanwhile
    closeRun();
    const missing = error instanceof ApiError && [404, 422].includes(error.status);
    // What the tab still has of it is unsaved work from here on.
    if (missing && place.kind === 'workflow') becomeNew(place.id);
    set({ gone: { place, missing, message: describe(error) } });
  } finally {
    if (isLast()) set({ opening: null });
  }
}

/** The browser went back or forward. It cannot be kept from that; it can be sent back until the question is answered. */
function onPopState(event: PopStateEvent): void {
  const entry = event.state as Entry | null;
  const delta = (entry?.index ?? 0) - index;
  index = entry?.index ?? 0;
  if (frozen) {
    frozen = false;
    return;
  }
  const place = placeOf(location);
  if (allowed || delta === 0 || !replacesDraft(place) || !isDirty(useEditor.getState())) {
    allowed = false;
    void open(place, { over: entry?.over ?? null });
    return;
  }
  const target = index;
  frozen = true;
  history.go(-delta);
  confirmLeaving(() => {
    allowed = true;
    history.go(target - index); // a copy that was saved first has an entry of its own
  });
}

/** Show what the address names, in a tab whose draft and whose run over it are known, and follow from here on. */
export function startNavigation(runId: string | null): void {
  const named = placeOf(location);
  const { workflow, saved } = useEditor.getState();
  const dirty = isDirty(useEditor.getState());
  index = (history.state as Entry | null)?.index ?? 0;
  shownDocument = workflow.workflowId;
  if (named.kind === 'run') void open(named, { over: named.id === runId ? workflow.workflowId : null });
  else if (named.kind === 'draft') {
    if (runId) void open({ kind: 'run', id: runId }, { over: workflow.workflowId, quiet: true });
  } else if (!dirty) void open(named, { fresh: true });
  else if (saved?.workflowId !== named.id) confirmLeaving(() => void open(named));
  write(true);
  follow();
}

function follow(): void {
  const { set } = useUi.getState();
  useEditor.subscribe((state, old) => {
    if (state.workflow !== old.workflow || state.proposal !== old.proposal) set({ gone: null });
    writeSoon();
  });
  useRun.subscribe((state, old) => {
    if (state.run && state.run.id !== old.run?.id) set({ gone: null });
    if (state.run?.id !== old.run?.id || state.readOnly !== old.readOnly) writeSoon();
  });
  useUi.subscribe((state, old) => {
    if (state.gone !== old.gone || state.opening !== old.opening) writeSoon();
  });
  addEventListener('popstate', onPopState);
}
