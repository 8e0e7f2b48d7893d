/** The lines of the log panel. */

import { endsRun } from '@/api/follow';
import type { RunEvent, Workflow } from '@/api/types';
import { clock, exact } from '@/base/format';

export type Tone = 'plain' | 'good' | 'bad' | 'wait';

export interface LogLine {
  seq: number;
  nodeId: string | null;
  time: string;
  label: string;
  message: string;
  tone: Tone;
}

const WORDS: Record<RunEvent['type'], string> = {
  start: 'Started',
  progress: 'Working',
  success: 'Completed',
  error: 'Failed',
  retry: 'Trying again',
  waiting: 'Waiting',
  skipped: 'Skipped',
  log: '',
  complete: 'Completed',
  cancelled: 'Cancelled',
};

function toneOf(event: RunEvent): Tone {
  if (event.type === 'error' || (endsRun(event) && event.type === 'cancelled')) return 'bad';
  if (event.type === 'success' || event.type === 'complete') return 'good';
  return event.type === 'retry' || event.type === 'waiting' ? 'wait' : 'plain';
}

const MOMENT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g;

/** What is said of a node begins with its label; where that stands beside it, once is enough. */
export function withoutLabel(message: string, label: string): string {
  const named = `${label}: `;
  return label && message.startsWith(named) ? message.slice(named.length) : message;
}

function messageOf(event: RunEvent, label: string): string {
  const said = withoutLabel(event.message, label);
  const told = said || WORDS[event.type];
  const error = event.error?.message;
  const message = error && !told.includes(error) ? `${told}: ${error}` : told;
  if (event.type === 'retry' && event.data?.dueAt)
    return `${message} Next attempt at ${clock(event.data.dueAt)}.`;
  // The server names moments in UTC; the reader's clock is another.
  return message.replace(MOMENT, exact);
}

/** An event never changes: its line is made once, however often the log grows. */
const made = new WeakMap<RunEvent, LogLine>();

function lineOf(event: RunEvent, label: string): LogLine {
  const known = made.get(event);
  if (known?.label === label) return known;
  const line = {
    seq: event.seq,
    nodeId: event.nodeId,
    time: clock(event.timestamp),
    label,
    message: messageOf(event, label),
    tone: toneOf(event),
  };
  made.set(event, line);
  return line;
}

export function toLines(logs: readonly RunEvent[], workflow: Workflow): LogLine[] {
  const labels = new Map(workflow.nodes.map((node) => [node.id, node.label || node.id]));
  return logs.map((event) =>
    lineOf(event, event.nodeId === null ? 'Run' : (labels.get(event.nodeId) ?? event.nodeId)),
  );
}

export function filterLog(lines: LogLine[], filter: string): LogLine[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return lines;
  return lines.filter((line) => {
    const text = `${line.label} ${line.message}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function asText(lines: readonly LogLine[]): string {
  return lines.map((line) => `${line.time}  ${line.label}: ${line.message}`).join('\n');
}
