/** The union of what a run's event stream carries. OpenAPI cannot describe a stream, so this one is kept by hand. */
import type { EventError, Metrics, Output } from './types';

interface EventBase {
  nodeId: string | null;
  message: string;
  timestamp: string;
  seq: number;
  attempt: number | null;
  metrics: Metrics | null;
  data: Record<string, unknown> | null;
  output: Output | null;
  error: EventError | null;
}

interface NodeEvent extends EventBase {
  nodeId: string;
}

export type RunEvent =
  | (EventBase & { type: 'start' | 'progress' | 'log' | 'complete' | 'cancelled' })
  | (NodeEvent & { type: 'success'; output: Output })
  | (EventBase & { type: 'error'; error: EventError })
  | (NodeEvent & { type: 'retry'; data: { dueAt?: string } | null })
  | (EventBase & { type: 'waiting'; data: { until?: string } | null })
  | (NodeEvent & { type: 'skipped' });

export type RunEventType = RunEvent['type'];

/** True for the last event of a run: the stream ends after it. */
export function endsRun(event: RunEvent): boolean {
  return event.nodeId === null && ['complete', 'error', 'cancelled'].includes(event.type);
}
