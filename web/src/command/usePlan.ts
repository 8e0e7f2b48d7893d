import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { api } from '@/api/client';
import { ApiError, isAbort } from '@/api/http';
import type { PlannerName } from '@/api/types';
import { useUi } from '@/app/ui';
import { currentWorkflow, type Proposal, useEditor } from '@/workflow/editor';
import { isEmpty } from '@/workflow/ops';

/** Why a sentence was not taken, with one that would be. */
export interface Refusal {
  message: string;
  example: string | null;
}

/** Turns a sentence into a proposal: a new graph, or a change of the one on the canvas. */
export function usePlan() {
  const abort = useRef<AbortController | null>(null);
  const mutation = useMutation({
    mutationFn: async ({ text, planner }: { text: string; planner: PlannerName | null }) => {
      abort.current = new AbortController();
      const editor = useEditor.getState();
      const current = currentWorkflow(editor);
      if (useUi.getState().mode === 'edit' && !isEmpty(current)) {
        const answer = await api.edit(text, current, planner, abort.current.signal);
        editor.accept(); // what is changed further was good enough to build on
        useEditor.getState().proposeEdit(text, answer);
      } else {
        const answer = await api.parse(text, planner, abort.current.signal);
        useEditor.getState().proposePlan(text, answer);
      }
    },
    onSuccess: () => useUi.getState().set({ command: '', mode: 'edit', inspected: null }),
  });
  return {
    plan: (text: string) => mutation.mutate({ text: text.trim(), planner: null }),
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
