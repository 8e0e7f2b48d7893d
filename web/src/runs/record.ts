/** A run as the page knows it, and the pure step from its events to its state. */

import { endsRun } from '@/api/follow';
import type {
  NodeResult,
  Output,
  Run,
  RunConfig,
  RunEvent,
  RunLink,
  RunStatus,
  RunSummary,
  Workflow,
} from '@/api/types';

export interface RunRecord {
  id: string;
  name: string;
  said: string | null;
  status: RunStatus;
  engine: RunSummary['engine'];
  /** The run at the server of its engine. */
  engineUrl: string | null;
  /** Stored; the server of its engine could not be reached yet. */
  unsent: boolean;
  workflow: Workflow;
  config: RunConfig;
  /** Milliseconds since 1970. */
  startTime: number | null;
  endTime: number | null;
  error: string | null;
  /** What ran it live stopped before its end: it can be run again, in the background. */
  interrupted: boolean;
  /** The run this one is a step of. */
  parentRunId: string | null;
  originRunId: string | null;
  /** The run this one repeats; null when it is no replay, or that run was deleted. */
  origin: RunLink | null;
  /** Runs that repeat this one, newest first. */
  replays: readonly RunLink[];
  nodes: Readonly<Record<string, NodeResult>>;
  logs: readonly RunEvent[];
}

export const TERMINAL: readonly RunStatus[] = ['completed', 'failed', 'cancelled'];

export function isOver(status: RunStatus): boolean {
  return TERMINAL.includes(status);
}

const INTERRUPTED = 'interrupted';

export function isInterrupted(run: RunSummary): boolean {
  return run.status === 'failed' && run.error?.code === INTERRUPTED;
}

export function newRecord(
  id: string,
  engine: RunRecord['engine'],
  start: { workflow: Workflow; config: RunConfig; said: string },
): RunRecord {
  return {
    id,
    engine,
    engineUrl: null,
    unsent: false,
    name: start.workflow.name,
    said: start.said || null,
    status: 'pending',
    workflow: start.workflow,
    config: start.config,
    startTime: null,
    endTime: null,
    error: null,
    interrupted: false,
    parentRunId: null,
    originRunId: null,
    origin: null,
    replays: [],
    nodes: {},
    logs: [],
  };
}

export function fromRun(run: Run): RunRecord {
  return {
    id: run.id,
    name: run.name,
    said: run.transcribedText,
    status: run.status,
    engine: run.engine,
    engineUrl: run.engineUrl ?? null,
    unsent: run.unsent,
    workflow: run.workflow,
    config: run.config,
    startTime: run.startTime,
    endTime: run.endTime,
    error: run.error?.message ?? null,
    interrupted: isInterrupted(run),
    parentRunId: run.parentRunId ?? null,
    originRunId: run.originRunId,
    origin: run.origin,
    replays: run.replays,
    nodes: Object.fromEntries(run.nodes.map((node) => [node.nodeId, node])),
    logs: run.logs,
  };
}

/** The record after these events; those it has seen already change nothing. */
export function applyEvents(record: RunRecord, events: readonly RunEvent[]): RunRecord {
  const last = record.logs.at(-1)?.seq;
  const fresh = last === undefined ? events : events.filter((event) => event.seq > last);
  if (fresh.length === 0) return record;
  const nodes = { ...record.nodes };
  let next: RunRecord = { ...record, nodes, logs: [...record.logs, ...fresh] };
  for (const event of fresh) {
    if (event.nodeId === null) next = applyToRun(next, event);
    else nodes[event.nodeId] = applyToNode(nodes[event.nodeId], event);
  }
  return { ...next, status: restingOr(next) };
}

/** No event says that the run waits: it does while none of its nodes is at work and one waits for more than its turn. */
function restingOr({ status, nodes, logs }: RunRecord): RunStatus {
  if (status !== 'running' && status !== 'waiting') return status;
  const all = Object.values(nodes);
  if (all.some((node) => node.status === 'running')) return 'running';
  return all.some((node) => node.status === 'waiting' && !waitsForTurn(node.nodeId, logs))
    ? 'waiting'
    : 'running';
}

/** The event of a node that the server stopped under, too often, and that is not started yet; else undefined. */
export function waitsForTurn(nodeId: string, logs: readonly RunEvent[]): RunEvent | undefined {
  const last = logs.findLast((event) => event.nodeId === nodeId);
  return last?.data?.waitsFor === 'turn' ? last : undefined;
}

function applyToRun(record: RunRecord, event: RunEvent): RunRecord {
  if (endsRun(event)) {
    const status =
      event.type === 'complete' ? 'completed' : event.type === 'cancelled' ? 'cancelled' : 'failed';
    const error = event.error?.message ?? null;
    const interrupted = event.error?.code === INTERRUPTED;
    return {
      ...record,
      status,
      error,
      interrupted,
      unsent: false,
      endTime: event.timestamp,
      nodes: closeNodes(record.nodes, event),
    };
  }
  if (event.type === 'start') {
    return { ...record, status: 'running', unsent: false, startTime: record.startTime ?? event.timestamp };
  }
  const unsent = event.data?.unsent;
  return typeof unsent === 'boolean' && record.status === 'pending' ? { ...record, unsent } : record;
}

/** Nothing goes on in a run that is over, whatever the last event of a node was. */
function closeNodes(nodes: Record<string, NodeResult>, event: RunEvent): Record<string, NodeResult> {
  for (const [id, node] of Object.entries(nodes)) {
    if (['running', 'waiting', 'retrying', 'pending'].includes(node.status)) {
      nodes[id] = { ...node, status: 'cancelled', endTime: event.timestamp, durationMs: lasted(node, event) };
    }
  }
  return nodes;
}

function applyToNode(node: NodeResult | undefined, event: RunEvent): NodeResult {
  const before = node ?? newNode(event.nodeId as string);
  const attempt = event.attempt ?? before.attempt;
  const reusedFrom = event.data?.reusedFrom;
  if (typeof reusedFrom === 'string') return reused(before, event, reusedFrom);
  switch (event.type) {
    case 'start':
      return {
        ...before,
        status: 'running',
        attempt,
        startTime: before.startTime ?? event.timestamp,
        error: null,
      };
    case 'success':
      return { ...before, ...ended(before, event), status: 'completed', attempt, output: outputOf(event) };
    case 'error':
      return { ...before, ...ended(before, event), status: 'failed', attempt, error: event.error };
    case 'cancelled':
      return { ...before, ...ended(before, event), status: 'cancelled' };
    case 'skipped':
      return { ...before, status: 'skipped', endTime: event.timestamp };
    case 'retry':
      return { ...before, status: 'retrying', attempt, error: event.error };
    case 'waiting':
      return { ...before, status: 'waiting' };
    case 'progress':
      return counted(before, event);
    default:
      return before;
  }
}

/** Of a node that runs once per item: how many of them are settled. Other lines of progress change nothing. */
function counted(node: NodeResult, { data }: RunEvent): NodeResult {
  const { done, failed, reused, total } = data ?? {};
  if (typeof done !== 'number' || typeof failed !== 'number' || typeof total !== 'number') return node;
  return { ...node, items: { done, failed, reused: typeof reused === 'number' ? reused : 0, total } };
}

/** Taken over from an earlier run: it did not run here, so it took no time. */
function reused(node: NodeResult, event: RunEvent, reusedFrom: string): NodeResult {
  const status = event.type === 'error' ? 'failed' : 'completed';
  return {
    ...node,
    status,
    attempt: event.attempt ?? node.attempt,
    endTime: event.timestamp,
    output: outputOf(event),
    error: event.error,
    reusedFrom,
  };
}

/** Events carry the metrics beside the output; results carry them in it. */
function outputOf({ output, metrics }: RunEvent): Output | null {
  return output && metrics ? { ...output, metrics } : output;
}

function newNode(nodeId: string): NodeResult {
  return {
    nodeId,
    status: 'pending',
    attempt: 0,
    startTime: null,
    endTime: null,
    durationMs: null,
    output: null,
    error: null,
    reusedFrom: null,
  };
}

function ended(node: NodeResult, event: RunEvent): Pick<NodeResult, 'endTime' | 'durationMs'> {
  return { endTime: event.timestamp, durationMs: lasted(node, event) };
}

function lasted(node: NodeResult, event: RunEvent): number | null {
  // The server's clock may be set back while a node runs; nothing takes less than no time.
  return node.startTime === null ? null : Math.max(0, event.timestamp - node.startTime);
}
