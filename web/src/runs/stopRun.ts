/** The one way to stop a run, wherever its button stands; that it failed is said until it is no longer so. */
import { api } from '@/api/client';
import { isUnreachable } from '@/api/http';
import { useConnection } from '@/base/connection';
import { closeToast, toastError } from '@/base/toasts';
import { isOver } from './record';
import { useRun } from './runStore';

/** Runs that could not be stopped; true of those whose server did not answer. */
const failed = new Map<string, boolean>();

const noteOf = (runId: string) => `not-stopped-${runId}`;

export async function stopRun(runId: string): Promise<void> {
  try {
    await api.cancelRun(runId);
    takeBackStop(runId);
  } catch (error) {
    failed.set(runId, isUnreachable(error));
    toastError('The run could not be stopped', error, noteOf(runId));
  }
}

/** The run is over, or it was stopped after all. */
export function takeBackStop(runId: string): void {
  if (failed.delete(runId)) closeToast(noteOf(runId));
}

useRun.subscribe(({ run }) => {
  if (run && isOver(run.status)) takeBackStop(run.id);
});

// The server answers again: the button is there for another press.
useConnection.subscribe(({ lost }) => {
  if (!lost) for (const [runId, unreachable] of failed) if (unreachable) takeBackStop(runId);
});
