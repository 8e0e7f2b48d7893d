/** From the run button to a started run: check, ask for what is missing, start. */
import { create } from 'zustand';
import { api, type RunRequest } from '@/api/client';
import { ApiError } from '@/api/http';
import type { CheckAnswer, MissingValue, Problem, RunConfig } from '@/api/types';
import { toastError } from '@/app/toasts';
import { useUi } from '@/app/ui';
import { isPhone } from '@/app/usePhone';
import { speak } from '@/voice/speak';
import { useEditor } from '@/workflow/editor';
import { isEmpty } from '@/workflow/ops';
import { seeNotices, toastNotices } from './notices';
import { toastStarted } from './started';
import { useRun } from './store';
import { runLive, showRun } from './watch';

interface RunnerState {
  starting: boolean;
  /** What the dialog asks and says; null when it is closed. */
  asking: CheckAnswer | null;
  run: () => Promise<void>;
  start: (config: RunConfig) => Promise<void>;
  close: () => void;
}

/** A dialog opens for a question alone: a value, a fault to mend, or whether to run what will fail. */
function needsDialog(check: CheckAnswer): boolean {
  const fails = check.notices.some((notice) => notice.blocking);
  return check.problems.length > 0 || check.missing.length > 0 || fails;
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
    if (!refusal) toastError(title, error);
  };

  return {
    starting: false,
    asking: null,

    run: async () => {
      if (get().starting || useRun.getState().readOnly) return;
      useEditor.getState().accept();
      const { workflow } = useEditor.getState();
      if (isEmpty(workflow)) return;
      set({ starting: true });
      try {
        const check = await api.check(workflow, {});
        if (needsDialog(check)) set({ starting: false, asking: check });
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
  toastStarted(runId);
  showRun(runId, { readOnly: false, onEnd }).catch((error: unknown) =>
    toastError('The run cannot be followed', error),
  );
}

/** How the run ended stands under the graph; here only what went wrong with the watching is said. */
export function onEnd(problem?: string): void {
  const { run } = useRun.getState();
  if (run && !problem) speakEnd(run.status, run.error);
  if (problem) toastError('The run cannot be followed any further', new Error(problem));
}

function speakEnd(status: string, error: string | null): void {
  if (status === 'completed') speak('The run is complete.');
  if (status === 'failed') speak(`The run failed. ${error ?? ''}`);
}
