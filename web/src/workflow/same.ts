/** Whether two workflows say the same, whatever their ids and wherever their nodes stand. */
import { isExact, toJson } from '@/api/json';
import type { Workflow } from '@/api/types';

const OWN = new Set(['workflowId', 'position']);

/** What is left out and what is null mean the same; keys may come in any order. */
function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told);
  if (value === null || typeof value !== 'object' || isExact(value)) return value;
  const entries = Object.entries(value).filter(([key, item]) => item != null && !OWN.has(key));
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, told(item)]),
  );
}

export function saySame(one: Workflow, other: Workflow): boolean {
  return toJson(told(one)) === toJson(told(other));
}
