import { Button, Code } from '@mantine/core';
import { api } from '@/api/client';
import type { RunStatus } from '@/api/types';
import { closeToast, toast } from '@/app/toasts';
import { useUi } from '@/app/ui';
import { openRun } from './open';
import { useRun } from './store';

/** Background runs that this page started and that are not known to be over. */
const started = new Set<string>();

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

/** Says that a background run is safe, and where to find it. Stays until it is closed. */
export function toastStarted(runId: string): void {
  started.add(runId);
  const id = `started-${runId}`;
  notes.add(id);
  const openHistory = () => useUi.getState().set({ historyOpen: true });
  const message = (
    <>
      Run <Code>{runId}</Code> is saved and goes on even if you close this page.
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
  for (const runId of started) {
    const run = await api.run(runId, signal).catch(() => null);
    if (run) noticeEnd(runId, run.status);
  }
}

/** Says how a run of this page ended, unless the user sees it on the canvas. */
export function noticeEnd(runId: string, status: RunStatus): void {
  const title = ENDS[status];
  if (!title || !started.delete(runId)) return;
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
      <Code>{runId}</Code>
      <Button mt={8} size="xs" display="block" onClick={show}>
        Show this run
      </Button>
    </>
  );
  toast(title, message, { stays: true, id });
}
