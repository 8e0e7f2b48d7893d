import { IconX } from '@tabler/icons-react';
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import clsx from 'clsx';
import { memo } from 'react';
import type { NodeResult, Output } from '@/api/types';
import { useNodeResult } from '@/runs/runStore';
import { useEditor } from '@/workflow/editor';
import { remove } from '@/workflow/remove';
import type { FlowEdge as FlowEdgeType } from './elements';
import classes from './FlowEdge.module.css';

export const FlowEdge = memo(function FlowEdge(props: EdgeProps<FlowEdgeType>) {
  const { id, source, target, data, selected } = props;
  const from = useNodeResult(source);
  const to = useNodeResult(target);
  const [path, x, y] = getBezierPath(props);

  const when = data?.when ?? null;
  const way = wayOf(when, from, to);
  const items = way === 'done' && from?.status === 'completed' ? countOf(from.output) : null;
  const removable = selected && !data?.fixed;
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={24}
        className={clsx(classes.line, data?.mark && classes[data.mark], {
          [classes.selected as string]: selected,
          [classes.done as string]: way === 'done',
          [classes.dead as string]: way === 'dead',
          [classes.live as string]: to?.status === 'running',
        })}
      />
      {(items !== null || removable) && (
        <EdgeLabelRenderer>
          <div
            className={classes.label}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {items !== null && <span className={classes.count}>{items}</span>}
            {removable && (
              <button
                type="button"
                className={classes.remove}
                aria-label="Delete this edge"
                onClick={() => useEditor.getState().commit((workflow) => remove(workflow, [], [id]))}
              >
                <IconX size={13} aria-hidden />
              </button>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** Whether the run went along the edge; null while that is open. */
export function wayOf(
  when: boolean | null,
  from: NodeResult | undefined,
  to: NodeResult | undefined,
): 'done' | 'dead' | null {
  if (from?.status === 'skipped') return 'dead';
  if (from?.status === 'completed') return when !== null && from.output?.branch === !when ? 'dead' : 'done';
  if (from?.status !== 'failed') return null;
  if (when === true) return 'dead'; // a run that goes on all the same takes the other branch
  return to && to.status !== 'pending' && to.status !== 'skipped' ? 'done' : null;
}

/** How many items went along the edge, when the output is a list. Of one that was cut, the page has the first ones. */
export function countOf(output: Output | null): string | null {
  if (!Array.isArray(output?.data)) return null;
  const count = output.data.length;
  if (output.truncated) return `${count.toLocaleString('en')}+ items`;
  return count === 1 ? '1 item' : `${count.toLocaleString('en')} items`;
}
