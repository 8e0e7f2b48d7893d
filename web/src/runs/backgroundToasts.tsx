import { Button } from '@mantine/core';
import { api } from '@/api/client';
import type { RunStatus } from '@/api/types';
import { closeToast, toast } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { shorten } from '@/workflow/describe';
import { openRun } from './openRun';
import { isOver } from './record';
import { useRun } from './runStore';

/** Background runs that this page started and that are not known to be over, each by what its reader calls it. */
const started = new Map<string, string>();

/** What a name takes of a note, which stands on a phone, too. */
const NAME_LENGTH = 120;

/** Notes that point at the history, and would lie over it once it is open. */
const notes = new Set<string>();

/** The time to read a note that has done its work. */
const READ_MS = 4_000;

/** The history is open: what pointed there has done its work. */
export function closeStartedNotes(): void {
  for (const id of notes) closeToast(id);
  notes.clear();
}

/** What there was to say of the run is seen now, or is true no more. */
function closeNotesOf(runId: string): void {
  notes.delete(`started-${runId}`);
  for (const kind of ['started', 'ended']) closeToast(`${kind}-${runId}`);
}

/** The run was deleted: there is nothing to tell of it any more, and nothing to show. */
export function forgetStarted(runId: string): void {
  started.delete(runId);
  closeNotesOf(runId);
}

// Whichever way it was opened: from a note, the history, an address.
useRun.subscribe(({ run, readOnly }, old) => {
  if (run && readOnly && run.id !== old.run?.id) closeNotesOf(run.id);
});

/** Says that a background run is safe, and where to find it. `name`: what was said, or what its workflow is called. */
export function toastStarted(runId: string, name: string): void {
  started.set(runId, quoted(name));
  const id = `started-${runId}`;
  notes.add(id);
  const openHistory = () => useUi.getState().set({ historyOpen: true });
  const message = (
    <>
      {started.get(runId)} is saved and goes on even if you close this page.
      <Button mt={8} size="xs" display="block" onClick={openHistory}>
        Open Workflow History
      </Button>
    </>
  );
  toast('Running in the background', message, { stays: true, id });
}

const ENDS: Partial<Record<RunStatus, string>> = {
  completed: 'A background run is complete',
  failed: 'A background run failed',
  cancelled: 'A background run was cancelled',
};

/** Those that may have ended while nobody listened: this tab was hidden, or the server away. */
export async function noticeMissedEnds(signal: AbortSignal): Promise<void> {
  for (const runId of started.keys()) {
    const run = await api.run(runId, signal).catch(() => null);
    if (run) noticeEnd(runId, run.status);
  }
}

// A run that is over at once may be told so before this page knows that it started it.
useRun.subscribe(({ run }) => {
  if (run && isOver(run.status)) noticeEnd(run.id, run.status);
});

/** Says how a run of this page ended, unless the user sees it on the canvas. */
export function noticeEnd(runId: string, status: RunStatus): void {
  const title = ENDS[status];
  const name = started.get(runId);
  if (!title || !name) return;
  started.delete(runId);
  const note = `started-${runId}`;
  notes.delete(note);
  if (useRun.getState().run?.id === runId) {
    setTimeout(() => closeToast(note), READ_MS); // that it goes on is no longer true
    return;
  }
  closeToast(note); // where it can be seen is said below, and it is no news that it was started
  const id = `ended-${runId}`;
  const show = () => {
    closeToast(id);
    void openRun(runId);
  };
  const message = (
    <>
      {name}
      <Button mt={8} size="xs" display="block" onClick={show}>
        Show this run
      </Button>
    </>
  );
  toast(title, message, { stays: true, id });
}

function quoted(name: string): string {
  const short = shorten(name.trim(), NAME_LENGTH);
  return short ? `“${short}”` : 'The run';
}
