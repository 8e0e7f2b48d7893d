/** From the run button to a started run: check, ask for what is missing, start. */
import { create } from 'zustand';
import { api, type RunRequest } from '@/api/client';
import { serverNow } from '@/api/clock';
import { ApiError } from '@/api/http';
import type { CheckAnswer, MissingValue, Problem, RunConfig, RunLink, RunStatus } from '@/api/types';
import { speak } from '@/base/speak';
import { closeToast, toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { isPhone } from '@/base/usePhone';
import { closeProposal } from '@/workflow/closeProposal';
import { isBlank, useEditor } from '@/workflow/editor';
import { isEmpty } from '@/workflow/ops';
import { toastStarted } from './backgroundToasts';
import { seeNotices, toastNotices } from './noticeToasts';
import { isOver, type RunRecord } from './record';
import { useRun } from './runStore';
import { stopRun } from './stopRun';
import { runLive, showRun } from './watchRun';

interface RunnerState {
  starting: boolean;
  stopping: boolean;
  /** What the dialog asks and says; null when it is closed. */
  asking: CheckAnswer | null;
  /** A run of this workflow that is not over, while it is asked whether there shall be another. */
  going: RunLink | null;
  run: (options?: { another?: boolean }) => Promise<void>;
  /** Stops the run on the canvas. */
  stop: () => Promise<void>;
  start: (config: RunConfig) => Promise<void>;
  close: () => void;
}

/** A dialog opens for a question alone: a value, a fault to mend, or whether to run what will fail. */
function needsDialog(check: CheckAnswer): boolean {
  const fails = check.notices.some((notice) => notice.blocking);
  return check.problems.length > 0 || check.missing.length > 0 || fails;
}

/** The run over the draft, as long as it goes on. */
export function liveOnCanvas({
  run,
  readOnly,
}: {
  run: RunRecord | null;
  readOnly: boolean;
}): RunRecord | null {
  return run && !readOnly && !isOver(run.status) ? run : null;
}

/** What is said of a start goes with the next one that succeeds. */
const NOT_STARTED = 'run-not-started';

const GOING: RunStatus[] = ['pending', 'running', 'waiting'];

/** The newest run of the workflow that is not over: at work, or waiting for its turn, a time or a person. */
async function goingRun(workflowId: string): Promise<RunLink | null> {
  const live = liveOnCanvas(useRun.getState());
  if (live) return { ...live, createdAt: new Date(live.startTime ?? serverNow()).toISOString() };
  const filter = { workflow: workflowId, status: GOING };
  const found = await api.history(filter, null, 1).catch(() => null); // no news is no reason not to start
  return found?.history[0] ?? null;
}

/** What a refusal of the server means for the dialog, or null when it is another kind of failure. */
function toCheck(error: unknown): CheckAnswer | null {
  if (!(error instanceof ApiError) || !Array.isArray(error.details)) return null;
  const empty: CheckAnswer = { success: false, problems: [], missing: [], notices: [] };
  if (error.code === 'invalid_workflow') return { ...empty, problems: error.details as Problem[] };
  if (error.code === 'missing_values') return { ...empty, missing: error.details as MissingValue[] };
  return null;
}

/** `randomUUID` exists on secure origins alone; a home server over plain HTTP is none. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const useRunner = create<RunnerState>()((set, get) => {
  const failed = (title: string, error: unknown) => {
    const refusal = toCheck(error);
    const before = get().asking;
    // What was asked stays asked: the objection may be to an answer.
    const missing = refusal?.missing.length ? refusal.missing : (before?.missing ?? []);
    const asking = refusal ? { ...refusal, missing, notices: before?.notices ?? [] } : before;
    set({ starting: false, asking });
    if (!refusal) toastError(title, error, NOT_STARTED);
  };

  return {
    starting: false,
    asking: null,
    going: null,
    stopping: false,

    stop: async () => {
      const run = liveOnCanvas(useRun.getState());
      if (!run || get().stopping || get().starting) return;
      set({ stopping: true });
      await stopRun(run.id);
      set({ stopping: false });
    },

    run: async ({ another = false } = {}) => {
      if (get().starting || useRun.getState().readOnly) return;
      const editor = useEditor.getState();
      if (isBlank(editor))
        editor.accept(); // nothing lies beneath: what is proposed is meant
      else closeProposal();
      const { workflow } = useEditor.getState();
      if (isEmpty(workflow)) return;
      set({ starting: true });
      try {
        const [check, going] = await Promise.all([
          api.check(workflow, {}),
          another ? null : goingRun(workflow.workflowId),
        ]);
        if (going) set({ starting: false, going });
        else if (needsDialog(check)) set({ starting: false, asking: check });
        else {
          toastNotices(check.notices, workflow);
          await get().start({});
        }
      } catch (error) {
        failed('The run was not started', error);
      }
    },

    start: async (config) => {
      seeNotices(get().asking?.notices ?? []);
      const { workflow, said, remember } = useEditor.getState();
      remember(config);
      set({ starting: true });
      const request: RunRequest = { workflow, config, transcribedText: said || undefined };
      try {
        if (useUi.getState().background) await startBackground(request);
        else await runLive(request, onEnd);
        useUi.getState().set({ dockOpen: !isPhone() }); // a small screen shows the nodes first
        set({ starting: false, asking: null });
        closeToast(NOT_STARTED);
      } catch (error) {
        failed('The run was not started', error);
      }
    },

    close: () => set({ asking: null }),
  };
});

/** Put the run on disk at the server, say so, and follow it on the canvas. */
export async function startBackground(request: RunRequest): Promise<void> {
  const { runId } = await api.executeBackground(request, newKey());
  toastStarted(runId, request.transcribedText || request.workflow.name);
  showRun(runId, { readOnly: false, onEnd }).catch((error: unknown) =>
    toastError('The run cannot be followed', error),
  );
}

/** How the run ended stands under the graph; here only what went wrong with the watching is said. */
export function onEnd(problem?: string): void {
  const { run } = useRun.getState();
  if (run && !problem) {
    showResult();
    speakEnd(run.status, run.error);
  }
  if (problem) toastError('The run cannot be followed any further', new Error(problem));
}

/** The result is what a run was for. On a small screen it takes the command bar's place, but not under a sentence. */
function showResult(): void {
  const field = document.activeElement;
  const isTyping =
    (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) && field.value !== '';
  if (!isPhone() || !isTyping) useUi.getState().set({ dockOpen: true });
}

function speakEnd(status: string, error: string | null): void {
  if (status === 'completed') speak('The run is complete.');
  if (status === 'failed') speak(`The run failed. ${error ?? ''}`);
}
