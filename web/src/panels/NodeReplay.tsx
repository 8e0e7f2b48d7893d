import { Button } from '@mantine/core';
import { IconPin, IconPlayerPlay, IconRotateClockwise2 } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { NodeResult, Output, WorkflowNode } from '@/api/types';
import { Tooltip } from '@/base/Tooltip';
import { modeOf } from '@/runs/ReplayButtons';
import { isOver } from '@/runs/record';
import { replay } from '@/runs/replayRun';
import { useRun } from '@/runs/runStore';
import { useEditor } from '@/workflow/editor';
import { updateNode } from '@/workflow/ops';
import classes from './NodeReplay.module.css';

interface Props {
  node: WorkflowNode;
  result: NodeResult;
  readOnly: boolean;
}

/** What can be done with a node of a run that is over: run on from it, run it alone, keep what it gave. */
export function NodeReplay({ node, result, readOnly }: Props) {
  const run = useRun((state) => state.run);
  const from = useMutation({
    mutationFn: async () => run && replay(run.id, { from: node.id, mode: modeOf(run) }),
  });
  const alone = useMutation({
    mutationFn: async () => run && replay(run.id, { only: node.id, mode: 'live' }),
  });
  if (!run || !isOver(run.status)) return null;
  return (
    <div className={classes.bar} role="toolbar" aria-label="Replay">
      <Tooltip label="Run this node and all after it again; what was before is reused.">
        <Button
          size="xs"
          loading={from.isPending}
          leftSection={<IconRotateClockwise2 size={14} aria-hidden />}
          onClick={() => from.mutate()}
        >
          Replay from here
        </Button>
      </Tooltip>
      <Tooltip
        label={`Run it alone, live, on what this run gave it${readOnly ? '' : ', as it is set now'}. A run of its own.`}
      >
        <Button
          size="xs"
          loading={alone.isPending}
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          onClick={() => alone.mutate()}
        >
          Run this node
        </Button>
      </Tooltip>
      {!readOnly && result.output && !node.pin && (
        <Tooltip label="Runs you start use this output instead of running the node. Schedules and webhooks run it.">
          <Button
            size="xs"
            leftSection={<IconPin size={14} aria-hidden />}
            onClick={() => pin(node.id, result.output as Output)}
          >
            Pin this output
          </Button>
        </Tooltip>
      )}
    </div>
  );
}

function pin(id: string, { text, data, files, branch }: Output): void {
  const kept = { text, data: data ?? null, files: files ?? [], branch: branch ?? null };
  useEditor.getState().commit((workflow) => updateNode(workflow, id, { pin: kept }));
}
