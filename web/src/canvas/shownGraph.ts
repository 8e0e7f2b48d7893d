/** What the canvas shows: a run's own workflow, a proposal with its differences, or the draft. */
import { useMemo } from 'react';
import type { Trigger, Workflow } from '@/api/types';
import { useRun } from '@/runs/runStore';
import { type MarkedGraph, markedGraph, unmarked } from '@/workflow/diff';
import { isBuiltOn, useEditor } from '@/workflow/editor';

export interface ShownGraph extends MarkedGraph {
  workflow: Workflow;
  triggers: readonly Trigger[];
  /** It is looked at alone: a past run, or what lies over the draft and is not built on. */
  readOnly: boolean;
  proposed: boolean;
  /** What lies over the draft is an older version of it. */
  older: boolean;
}

export function useShownGraph(): ShownGraph {
  const draft = useEditor((state) => state.workflow);
  const proposal = useEditor((state) => state.proposal);
  const onlyLooked = useEditor((state) => state.proposal !== null && !isBuiltOn(state));
  const runWorkflow = useRun((state) => (state.readOnly ? state.run?.workflow : undefined));
  return useMemo(() => {
    const workflow = runWorkflow ?? proposal?.next ?? draft;
    const proposed = !runWorkflow && proposal !== null;
    const graph =
      proposed && proposal ? markedGraph(proposal.base, proposal.next, proposal.diff) : unmarked(workflow);
    return {
      ...graph,
      workflow,
      triggers: workflow.triggers ?? [],
      readOnly: runWorkflow !== undefined || onlyLooked,
      proposed,
      older: proposed && proposal?.kind === 'version',
    };
  }, [draft, proposal, onlyLooked, runWorkflow]);
}
