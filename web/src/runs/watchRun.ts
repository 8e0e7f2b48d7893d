/** Brings runs to the store: starts live ones, follows background ones, restores past ones. One at a time. */
import { api, type RunRequest } from '@/api/client';
import { type Follower, follow, startLive } from '@/api/follow';
import { describe } from '@/api/http';
import type { RunEvent } from '@/api/types';
import { loadEarlier } from './earlierLog';
import { fromRun, isOver, newRecord } from './record';
import { useRun } from './runStore';

/** Events are put up in batches, so that a chatty run costs a few renders a second and not thousands. */
const BATCH_MS = 40;

/** Lines of the log that come with a run, so that it is there at once. The others follow. */
const FIRST_LINES = 200;

let watching: AbortController | null = null;
/** A run that was asked for and is not there yet: the one on the canvas goes on being followed until it is. */
let opening: AbortController | null = null;

function stopWatching(): void {
  opening?.abort();
  watching?.abort();
  opening = watching = null;
}

/** Take the run off the canvas. It goes on at the server. */
export function closeRun(): void {
  stopWatching();
  useRun.getState().clear();
}

interface Watch {
  follower: Follower;
  /** Make this the one run that is watched. */
  take: () => void;
  /** Make this the one run that is asked for. */
  open: () => void;
  /** From here on, events go to this run; those that came earlier are handed over. */
  attach: (runId: string) => void;
  flush: () => void;
}

function newWatch(): Watch {
  const controller = new AbortController();
  let runId: string | null = null;
  let queue: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    if (runId === null || queue.length === 0 || controller.signal.aborted) return;
    const batch = queue;
    queue = [];
    useRun.getState().apply(runId, batch);
  };
  const onEvent = (event: RunEvent) => {
    queue.push(event);
    if (timer === undefined) timer = setTimeout(flush, BATCH_MS);
  };
  const onStalled = (stalled: boolean) => {
    if (!controller.signal.aborted) useRun.getState().setStalled(stalled);
  };
  return {
    follower: { onEvent, onStalled, signal: controller.signal },
    take: () => {
      if (opening === controller) opening = null;
      stopWatching();
      watching = controller;
    },
    open: () => {
      opening?.abort();
      opening = controller;
    },
    attach: (id) => {
      runId = id;
    },
    flush,
  };
}

/** Resolves once the run has started; `onEnd` is called when it is over or its watching failed. */
export async function runLive(request: RunRequest, onEnd: (problem?: string) => void): Promise<string> {
  const watch = newWatch();
  const { runId, done } = await startLive(request, watch.follower);
  watch.take(); // not sooner: a refused start must leave the run on the canvas alone
  const { workflow, config, transcribedText = '' } = request;
  useRun.getState().show(newRecord(runId, 'live', { workflow, config, said: transcribedText }), false);
  watch.attach(runId);
  settle(done, watch, onEnd);
  return runId;
}

/** Show a run that exists and follow it if it is still going. */
export async function showRun(
  id: string,
  options: { readOnly: boolean; onEnd?: (problem?: string) => void },
): Promise<void> {
  const watch = newWatch();
  watch.open();
  const run = await api.runWithLog(id, FIRST_LINES, watch.follower.signal);
  watch.follower.signal.throwIfAborted(); // another one was asked for meanwhile
  watch.take();
  const record = fromRun(run);
  useRun.getState().show(record, options.readOnly);
  void loadEarlier(id, watch.follower.signal);
  if (isOver(run.status)) return options.onEnd?.();
  watch.attach(id);
  settle(follow(id, record.logs.at(-1)?.seq ?? null, watch.follower), watch, options.onEnd);
}

function settle(done: Promise<void>, watch: Watch, onEnd: ((problem?: string) => void) | undefined): void {
  const { signal } = watch.follower;
  done
    .then(() => {
      watch.flush();
      if (!signal.aborted) onEnd?.();
    })
    .catch((error: unknown) => {
      watch.flush();
      if (signal.aborted) return;
      useRun.getState().setStalled(false); // it is not being fetched again
      onEnd?.(describe(error));
    });
}
