import { IconX } from '@tabler/icons-react';
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import clsx from 'clsx';
import { memo } from 'react';
import { useNodeResult } from '@/runs/store';
import { useEditor } from '@/workflow/editor';
import { remove } from '@/workflow/ops';
import type { FlowEdge as FlowEdgeType } from './elements';
import classes from './FlowEdge.module.css';

export const FlowEdge = memo(function FlowEdge(props: EdgeProps<FlowEdgeType>) {
  const { id, source, target, data, selected } = props;
  const from = useNodeResult(source);
  const to = useNodeResult(target);
  const [path, x, y] = getBezierPath(props);

  const when = data?.when ?? null;
  const dead = from?.status === 'skipped' || (when !== null && from?.output?.branch === !when);
  const items = !dead && from?.status === 'completed' ? countOf(from.output?.data) : null;
  const removable = selected && !data?.fixed;
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={24}
        className={clsx(classes.line, data?.mark && classes[data.mark], {
          [classes.selected as string]: selected,
          [classes.done as string]: from?.status === 'completed' && !dead,
          [classes.dead as string]: dead,
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

/** How many items went along the edge, when the output is a list. */
function countOf(data: unknown): string | null {
  if (!Array.isArray(data)) return null;
  return data.length === 1 ? '1 item' : `${data.length.toLocaleString('en')} items`;
}
