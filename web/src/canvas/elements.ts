/** From the view to React Flow's nodes and edges. What did not change keeps its identity, so that it does not render. */
import { type Edge, type Node, Position } from '@xyflow/react';
import type { Trigger, WorkflowNode } from '@/api/types';
import { triggerInWords } from '@/workflow/describe';
import type { Mark } from '@/workflow/diff';
import { roots } from '@/workflow/ops';
import { triggerId } from '@/workflow/triggerIds';
import { drawn, positionsOf, triggerPosition } from './geometry';
import type { ShownGraph } from './shownGraph';

export type StepNode = Node<
  { node: WorkflowNode; mark: Mark | undefined; readOnly: boolean; vertical: boolean },
  'step'
>;
export type TriggerNode = Node<
  { trigger: Trigger; index: number; readOnly: boolean; vertical: boolean },
  'trigger'
>;
export type CanvasNode = StepNode | TriggerNode;

export type FlowEdge = Edge<{ when: boolean | null; mark: Mark | undefined; fixed: boolean }, 'flow'>;

const nameOf = (node: WorkflowNode) => node.label || `${node.type} ${node.action}`;

/** Handle of a condition for an edge that says neither true nor false. */
export const EITHER = 'either';

/** Where edges come in and leave. React Flow looks again where the handles are when this changes: a phone was turned. */
const ACROSS = { targetPosition: Position.Left, sourcePosition: Position.Right };
const DOWN = { targetPosition: Position.Top, sourcePosition: Position.Bottom };

export function toCanvasNodes(
  view: ShownGraph,
  previous: readonly CanvasNode[],
  selected: readonly string[] | null,
  vertical = false,
): CanvasNode[] {
  const before = new Map(previous.map((node) => [node.id, node]));
  const positions = positionsOf(view);
  const sides = vertical ? DOWN : ACROSS;
  const steps = view.nodes.map((node): CanvasNode => {
    const old = before.get(node.id);
    const mark = view.nodeMarks.get(node.id);
    const position = drawn(positions.get(node.id) ?? { x: 0, y: 0 }, vertical);
    const data = { node, mark, readOnly: view.readOnly, vertical };
    if (old?.type === 'step' && isSame(old, data, position, selected)) return old;
    return {
      ...(old?.type === 'step' ? old : {}),
      id: node.id,
      type: 'step',
      position,
      data,
      ...sides,
      ariaLabel: nameOf(node),
      draggable: !view.readOnly && mark !== 'removed',
      deletable: !view.readOnly && mark !== 'removed',
      connectable: !view.readOnly && mark !== 'removed',
      selected: selected ? selected.includes(node.id) : (old?.selected ?? false),
    };
  });
  const triggers = view.triggers.map((trigger, index): CanvasNode => {
    const id = triggerId(index);
    const old = before.get(id);
    return {
      ...(old?.type === 'trigger' ? old : {}),
      id,
      type: 'trigger',
      position: drawn(triggerPosition(view.workflow, positions, index), vertical),
      data: { trigger, index, readOnly: view.readOnly, vertical },
      ...sides,
      ariaLabel: triggerInWords(trigger),
      draggable: false,
      deletable: !view.readOnly,
      connectable: false,
      selected: selected ? selected.includes(id) : (old?.selected ?? false),
    };
  });
  return [...triggers, ...steps];
}

function isSame(
  old: StepNode,
  data: StepNode['data'],
  position: { x: number; y: number },
  selected: readonly string[] | null,
): boolean {
  return (
    old.data.node === data.node &&
    old.data.mark === data.mark &&
    old.data.readOnly === data.readOnly &&
    old.data.vertical === data.vertical &&
    old.position.x === position.x &&
    old.position.y === position.y &&
    (selected === null || (old.selected ?? false) === selected.includes(old.id))
  );
}

export function toFlowEdges(view: ShownGraph): FlowEdge[] {
  const names = new Map(view.nodes.map((node) => [node.id, nameOf(node)]));
  const types = new Map(view.nodes.map((node) => [node.id, node.type]));
  const steps = view.edges.map((edge): FlowEdge => {
    const type = types.get(edge.source);
    // Behind an approval an edge is for what was approved, unless it says otherwise.
    const when = edge.when ?? (type === 'approval' ? true : null);
    const mark = view.edgeMarks.get(edge.id);
    const fixed = view.readOnly || mark === 'removed';
    return {
      id: edge.id,
      type: 'flow',
      source: edge.source,
      target: edge.target,
      sourceHandle:
        type === 'condition' || type === 'approval' ? (when === null ? EITHER : String(when)) : null,
      data: { when, mark, fixed },
      deletable: !fixed,
      ariaLabel: `${names.get(edge.source)} leads to ${names.get(edge.target)}`,
    };
  });
  const starts = view.triggers.flatMap((_, index) =>
    roots(view.workflow).map((target): FlowEdge => {
      const source = triggerId(index);
      return {
        id: `${source}-${target}`,
        type: 'flow',
        source,
        target,
        data: { when: null, mark: undefined, fixed: true },
        deletable: false,
        selectable: false,
        focusable: false,
        className: 'from-trigger',
      };
    }),
  );
  return [...starts, ...steps];
}
