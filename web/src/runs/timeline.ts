/** From a run's events to the bars of its timeline: one row a node, one segment an attempt or a wait. */

import { endsRun } from '@/api/follow';
import type { NodeStatus, RunEvent, Workflow } from '@/api/types';
import type { RunRecord } from './record';

export type SegmentKind = 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';

/** Times are milliseconds since the run's first event. */
export interface Segment {
  kind: SegmentKind;
  attempt: number;
  from: number;
  to: number;
}

export interface TimelineRow {
  nodeId: string;
  segments: Segment[];
  critical: boolean;
}

export interface Timeline {
  rows: TimelineRow[];
  /** Length of the run so far. */
  length: number;
}

const KINDS: Partial<Record<NodeStatus, SegmentKind>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  waiting: 'waiting',
};

interface OpenSegment {
  waiting: boolean;
  attempt: number;
  from: number;
}

/** `now` (milliseconds since the epoch) is where the bars of a run still going end. */
export function timelineOf(workflow: Workflow, logs: readonly RunEvent[], now: number): Timeline {
  const first = logs[0];
  if (!first) return { rows: [], length: 0 };
  const zero = first.timestamp;
  const segments = new Map<string, Segment[]>();
  const open = new Map<string, OpenSegment>();

  const close = (nodeId: string, kind: SegmentKind, to: number) => {
    const segment = open.get(nodeId);
    if (!segment) return;
    open.delete(nodeId);
    const closed = {
      kind: segment.waiting ? 'waiting' : kind,
      attempt: segment.attempt,
      from: segment.from,
      to,
    };
    segments.set(nodeId, [...(segments.get(nodeId) ?? []), closed]);
  };

  let end = Math.max(0, now - zero);
  for (const event of logs) {
    const at = Math.max(0, event.timestamp - zero);
    if (endsRun(event)) {
      end = at;
      for (const nodeId of [...open.keys()]) close(nodeId, 'cancelled', at);
    } else if (event.nodeId !== null) {
      applyEvent(event, event.nodeId, at, open, close);
    }
  }
  for (const nodeId of [...open.keys()]) close(nodeId, 'running', end);

  return drawn(workflow, segments, end);
}

/** Of a run whose log is here in part: by the results of its nodes, one bar each, until the whole of it has come. */
export function roughTimeline(
  run: Pick<RunRecord, 'workflow' | 'nodes' | 'startTime' | 'endTime'>,
  now: number,
): Timeline {
  const zero = run.startTime;
  if (zero === null) return { rows: [], length: 0 };
  const since = (at: number | null) => Math.max(0, (at ?? now) - zero);
  const segments = new Map<string, Segment[]>();
  for (const node of Object.values(run.nodes)) {
    if (node.startTime === null || node.reusedFrom) continue;
    const kind = KINDS[node.status] ?? 'running';
    const [from, to] = [since(node.startTime), since(node.endTime)];
    segments.set(node.nodeId, [{ kind, attempt: node.attempt, from, to: Math.max(from, to) }]);
  }
  return drawn(run.workflow, segments, since(run.endTime));
}

function drawn(workflow: Workflow, segments: ReadonlyMap<string, Segment[]>, end: number): Timeline {
  const ends = new Map([...segments].map(([id, list]) => [id, list.at(-1)?.to ?? 0]));
  const critical = criticalPath(workflow, ends);
  const rows = workflow.nodes
    .filter((node) => segments.has(node.id))
    .map((node) => ({
      nodeId: node.id,
      segments: segments.get(node.id) ?? [],
      critical: critical.has(node.id),
    }))
    .sort((a, b) => (a.segments[0]?.from ?? 0) - (b.segments[0]?.from ?? 0));
  return { rows, length: Math.max(end, ...ends.values(), 1) };
}

function applyEvent(
  event: RunEvent,
  nodeId: string,
  at: number,
  open: Map<string, OpenSegment>,
  close: (nodeId: string, kind: SegmentKind, to: number) => void,
): void {
  const attempt = event.attempt ?? open.get(nodeId)?.attempt ?? 1;
  switch (event.type) {
    case 'start':
      close(nodeId, 'running', at);
      open.set(nodeId, { waiting: false, attempt, from: at });
      break;
    case 'retry':
      close(nodeId, 'failed', at);
      open.set(nodeId, { waiting: true, attempt, from: at });
      break;
    case 'waiting':
      // Before it waits for its turn, the server has stopped under it: that came to nothing.
      close(nodeId, event.data?.waitsFor === 'turn' ? 'cancelled' : 'completed', at);
      open.set(nodeId, { waiting: true, attempt, from: at });
      break;
    case 'success':
      close(nodeId, 'completed', at);
      break;
    case 'error':
      close(nodeId, 'failed', at);
      break;
    case 'cancelled':
      close(nodeId, 'cancelled', at);
      break;
  }
}

/** The chain that set the run's length: from the node that ended last, back through whoever it waited for longest. */
export function criticalPath(workflow: Workflow, ends: ReadonlyMap<string, number>): Set<string> {
  const latest = (ids: Iterable<string>) => {
    let best: string | undefined;
    for (const id of ids) {
      if (ends.has(id) && (best === undefined || (ends.get(id) ?? 0) > (ends.get(best) ?? 0))) best = id;
    }
    return best;
  };
  const path = new Set<string>();
  for (let id = latest(ends.keys()); id !== undefined && !path.has(id); ) {
    path.add(id);
    const target = id;
    id = latest(workflow.edges.filter((edge) => edge.target === target).map((edge) => edge.source));
  }
  return path;
}
