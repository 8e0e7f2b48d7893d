/**
 * Where things stand on the canvas. A workflow's positions run from left to right, as the server lays them out; on a
 * narrow screen the same positions are drawn from top to bottom, so that a chain of nodes fits.
 */
import type { Position as Point, Workflow, WorkflowNode } from '@/api/types';
import { roots } from '@/workflow/ops';

export const NODE_WIDTH = 260;
const COLUMN = 340;
const ROW = 136;
const TRIGGER_GAP = 270;
const TRIGGER_ROW = 90;

/** A row becomes a column this wide, a column a row this high. */
const NARROW_COLUMN = 284 / ROW;
const NARROW_ROW = 165 / COLUMN;

/** From a position in the workflow to one on the canvas. */
export function drawn(point: Point, vertical: boolean): Point {
  return vertical ? { x: point.y * NARROW_COLUMN, y: point.x * NARROW_ROW } : point;
}

/** From a position on the canvas to one in the workflow. */
export function undrawn(point: Point, vertical: boolean): Point {
  const { x, y } = vertical ? { x: point.y / NARROW_ROW, y: point.x / NARROW_COLUMN } : point;
  return { x: Math.round(x), y: Math.round(y) };
}

/** Positions for nodes that came without one: a column per rank, in the order of the edges. */
export function fallbackPositions(workflow: Pick<Workflow, 'nodes' | 'edges'>): Map<string, Point> {
  const rank = new Map<string, number>(workflow.nodes.map((node) => [node.id, 0]));
  for (let round = 0; round < workflow.nodes.length; round += 1) {
    let moved = false;
    for (const { source, target } of workflow.edges) {
      const wanted = (rank.get(source) ?? 0) + 1;
      if (wanted > (rank.get(target) ?? 0) && wanted < workflow.nodes.length) {
        rank.set(target, wanted);
        moved = true;
      }
    }
    if (!moved) break;
  }
  const filled = new Map<number, number>();
  return new Map(
    workflow.nodes.map((node) => {
      const column = rank.get(node.id) ?? 0;
      const row = filled.get(column) ?? 0;
      filled.set(column, row + 1);
      return [node.id, { x: column * COLUMN, y: row * ROW }];
    }),
  );
}

export function positionsOf(graph: Pick<Workflow, 'nodes' | 'edges'>): Map<string, Point> {
  const fallback = graph.nodes.some((node) => !node.position) ? fallbackPositions(graph) : null;
  return new Map(
    graph.nodes.map((node) => [node.id, node.position ?? fallback?.get(node.id) ?? { x: 0, y: 0 }]),
  );
}

/** Triggers stand left of the nodes they start, in the middle of their height. */
export function triggerPosition(
  workflow: Workflow,
  positions: ReadonlyMap<string, Point>,
  index: number,
): Point {
  const starts = roots(workflow)
    .map((id) => positions.get(id))
    .filter((point) => point !== undefined);
  if (starts.length === 0) return { x: 0, y: index * TRIGGER_ROW };
  const x = Math.min(...starts.map((point) => point.x)) - TRIGGER_GAP;
  const top = Math.min(...starts.map((point) => point.y));
  const bottom = Math.max(...starts.map((point) => point.y));
  const middle = (top + bottom) / 2 - ((workflow.triggers.length - 1) * TRIGGER_ROW) / 2;
  return { x, y: middle + index * TRIGGER_ROW };
}

/** The point, or the first one below it where a node covers no other. */
export function freePlace(workflow: Workflow, point: Point): Point {
  const taken = [...positionsOf(workflow).values()];
  const covers = (y: number) =>
    taken.some((other) => Math.abs(other.x - point.x) < NODE_WIDTH && Math.abs(other.y - y) < ROW - 30);
  let y = point.y;
  while (covers(y)) y += ROW / 2;
  return { x: point.x, y };
}

/** A free place for a node that is added: right of `after`, or below everything. */
export function placeFor(workflow: Workflow, after: WorkflowNode | undefined): Point {
  const positions = positionsOf(workflow);
  const points = [...positions.values()];
  const anchor = after && positions.get(after.id);
  if (anchor) return freePlace(workflow, { x: anchor.x + COLUMN, y: anchor.y });
  if (points.length === 0) return { x: 0, y: 0 };
  return {
    x: Math.min(...points.map((point) => point.x)),
    y: Math.max(...points.map((point) => point.y)) + ROW,
  };
}
