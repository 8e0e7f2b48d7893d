/** The union of what a run's event stream carries: OpenAPI describes the members, a stream it cannot. */
import type { components } from './schema.gen';
import type { EventError, Output } from './types';

type Base = Omit<components['schemas']['Event'], 'type' | 'output'> & { output: Output | null };
type OfNode = Base & { nodeId: string };

export type RunEvent =
  | (Base & { type: 'start' | 'progress' | 'log' | 'complete' | 'cancelled' })
  | (OfNode & { type: 'success'; output: Output })
  | (Base & { type: 'error'; error: EventError })
  | (OfNode & { type: 'retry'; data: { dueAt?: string } | null })
  | (OfNode & { type: 'waiting'; data: { until?: string; waitsFor?: string } | null })
  | (OfNode & { type: 'skipped' });

/** True for the last event of a run: the stream ends after it. */
export function endsRun(event: RunEvent): boolean {
  return event.nodeId === null && ['complete', 'error', 'cancelled'].includes(event.type);
}
