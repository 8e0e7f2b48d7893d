import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { api } from '@/api/client';
import { ApiError, isAbort } from '@/api/http';
import type { PlannerName } from '@/api/types';
import { speak } from '@/base/speak';
import { useUi } from '@/base/ui';
import { isPhone } from '@/base/usePhone';
import { runIfClear } from '@/voice/autorun';
import { carryOut } from '@/voice/intents';
import { type Proposal, planBase, useEditor } from '@/workflow/editor';
import { isEmpty } from '@/workflow/ops';

/** Why a sentence was not taken, with one that would be. */
export interface Refusal {
  message: string;
  example: string | null;
}

interface Sentence {
  text: string;
  planner: PlannerName | null;
  confidence?: number | undefined;
}

const CHANGED_MEANWHILE =
  'The workflow was changed while this was planned, so the answer does not fit it any more. Plan it once more.';

/** Turns a sentence into a proposal: a new graph, or a change of the one on the canvas. */
export function usePlan() {
  const abort = useRef<AbortController | null>(null);
  const mutation = useMutation({
    mutationFn: async ({ text, planner, confidence }: Sentence) => {
      abort.current?.abort(); // one sentence at a time: the last one counts
      abort.current = new AbortController();
      const { signal } = abort.current;
      const current = planBase(useEditor.getState());
      if (useUi.getState().mode === 'edit' && !isEmpty(current)) {
        const answer = await api.edit(text, current, planner, signal);
        if ('intent' in answer) return carryOut(answer.intent);
        if (planBase(useEditor.getState()) !== current) throw new Error(CHANGED_MEANWHILE);
        useEditor.getState().proposeEdit(text, answer);
      } else {
        const answer = await api.parse(text, planner, signal);
        if ('intent' in answer) return carryOut(answer.intent);
        useEditor.getState().proposePlan(text, answer);
      }
      speakProposal();
      if (confidence !== undefined) await runIfClear(confidence, signal);
    },
    onSuccess: (_, { text }) => {
      const { command, set } = useUi.getState();
      // What was typed in the meantime is the next sentence.
      set({ mode: 'edit', inspected: null, ...(command.trim() === text ? { command: '' } : {}) });
      if (isPhone()) set({ dockOpen: false }); // the last result would cover what is proposed
    },
    onError: (error) => !isAbort(error) && speak(toRefusal(error).message),
  });
  return {
    /** `confidence`: the sentence was spoken, and its run may start by itself. */
    plan: (text: string, confidence?: number) =>
      mutation.mutate({ text: text.trim(), planner: null, confidence }),
    /** Plans the sentence of a proposal once more, by the model. */
    askModel: ({ kind, text }: Proposal) => {
      useEditor.getState().reject();
      useUi.getState().set({ mode: kind === 'edit' ? 'edit' : 'new' });
      mutation.mutate({ text, planner: 'llm' });
    },
    cancel: () => abort.current?.abort(),
    dismiss: mutation.reset,
    planning: mutation.isPending,
    refusal: mutation.error && !isAbort(mutation.error) ? toRefusal(mutation.error) : null,
  };
}

/** An edit is told in words already; a new workflow by its steps. */
function speakProposal(): void {
  const { proposal } = useEditor.getState();
  if (!proposal) return;
  const steps = proposal.next.nodes.map((node) => node.label || node.type);
  speak(proposal.kind === 'edit' ? proposal.explanation : `Planned: ${steps.join(', then ')}.`);
}

function toRefusal(error: Error): Refusal {
  const details = error instanceof ApiError ? error.details : null;
  const example =
    details && typeof details === 'object' && 'example' in details && typeof details.example === 'string'
      ? details.example
      : null;
  return { message: example ? withoutExample(error.message, example) : error.message, example };
}

/** The message may end in the example, for clients that show nothing but text; here it has a line of its own. */
function withoutExample(message: string, example: string): string {
  const at = message.indexOf(example);
  return at < 0 ? message : message.slice(0, at).replace(/\s*(for example|try|such as)?:?\s*[“"']?$/i, '');
}
