/** Follows a run to its end over as many connections as that takes, without a gap and without an event twice. */

import { api, type RunRequest } from './client';
import { ApiError, isAbort } from './http';
import { fromJson } from './json';
import { readSse } from './sse';
import type { RunEvent } from './types';

export interface Follower {
  onEvent: (event: RunEvent) => void;
  /** The stream was lost (true) or is back (false). */
  onStalled?: (stalled: boolean) => void;
  signal: AbortSignal;
}

const MAX_WAIT_MS = 10_000;

/** Start a live run. Resolves with its id once the server took it; events go on arriving until the run ends. */
export async function startLive(
  run: RunRequest,
  follower: Follower,
): Promise<{ runId: string; done: Promise<void> }> {
  // No signal on the request itself: the run belongs to the server, leaving the page only stops the watching.
  const response = await api.execute(run);
  const runId = response.headers.get('X-Run-Id');
  if (!runId)
    throw new ApiError('The server did not say which run it started.', 'no_run_id', response.status);
  return { runId, done: follow(runId, null, follower, response) };
}

/** Follow run `runId` from the event after `after` (null: from its first). Resolves when it ended or the signal fired. */
export async function follow(
  runId: string,
  after: number | null,
  follower: Follower,
  first?: Response,
): Promise<void> {
  let last = after;
  let failures = 0;
  let response: Response | undefined = first;
  while (!follower.signal.aborted) {
    try {
      if (!response) {
        response = await api.runEvents(runId, last, follower.signal);
        if (failures) follower.onStalled?.(false); // not at the next event: a run that waits is silent for days
      }
      for await (const event of events(response, follower.signal)) {
        failures = 0;
        if (last !== null && event.seq <= last) continue;
        last = event.seq;
        follower.onEvent(event);
        if (endsRun(event)) return;
      }
    } catch (error) {
      if (isAbort(error)) return;
      if (isFinal(error)) throw error;
    }
    response = undefined;
    failures += 1;
    follower.onStalled?.(true);
    await pause(Math.min(500 * 2 ** (failures - 1), MAX_WAIT_MS), follower.signal);
  }
}

/** True for the last event of a run: the stream ends after it. */
export function endsRun(event: RunEvent): boolean {
  return event.nodeId === null && ['complete', 'error', 'cancelled'].includes(event.type);
}

async function* events(response: Response, signal: AbortSignal): AsyncGenerator<RunEvent> {
  if (!response.body) return;
  for await (const message of readSse(response.body, signal)) {
    if (signal.aborted) return;
    yield fromJson(message.data) as RunEvent;
  }
}

/** A refusal (the run was deleted, say) will not get better by asking again. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

/** Resolves after a while, or as soon as the signal fires. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
