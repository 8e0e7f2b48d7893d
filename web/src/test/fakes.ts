/** Small stand-ins that tests build their cases from. */
import { vi } from 'vitest';
import type { Run, RunEvent, RunSummary, Workflow, WorkflowNode } from '@/api/types';

export function node(id: string, more: Partial<WorkflowNode> = {}): WorkflowNode {
  return { id, type: 'prompt', action: 'seed', label: id, params: {}, position: { x: 0, y: 0 }, ...more };
}

/** `a>b` is an edge; `c?true>d` one that leaves a condition. */
export function workflow(ids: string[], edges: string[] = [], more: Partial<Workflow> = {}): Workflow {
  return {
    workflowId: 'wf_test',
    name: 'Test',
    nodes: ids.map((id) => node(id)),
    edges: edges.map((edge, index) => {
      const [from = '', target = ''] = edge.split('>');
      const [source = '', when] = from.split('?');
      return { id: `edge-${index}`, source, target, ...(when ? { when: when === 'true' } : {}) };
    }),
    triggers: [],
    ...more,
  };
}

const ZERO = Date.parse('2026-03-02T10:00:00Z');
const seqs = new Map<string, number>();

/** An event `at` milliseconds after the start; `seq` counts up within a test that calls `resetEvents`. */
export function event(
  type: RunEvent['type'],
  nodeId: string | null,
  at: number,
  more: Partial<RunEvent> = {},
): RunEvent {
  const seq = (seqs.get('seq') ?? 0) + 1;
  seqs.set('seq', seq);
  return {
    type,
    nodeId,
    message: '',
    output: null,
    error: null,
    timestamp: ZERO + at,
    seq,
    attempt: nodeId === null ? null : 1,
    metrics: null,
    data: null,
    ...more,
  } as RunEvent;
}

export function resetEvents(): void {
  seqs.clear();
}

export function summary(id: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id,
    workflowId: 'wf_test',
    name: 'Test',
    status: 'completed',
    engine: 'embedded',
    trigger: 'manual',
    transcribedText: `Do ${id}`,
    createdAt: '2026-03-02T10:00:00Z',
    startTime: Date.parse('2026-03-02T10:00:00Z'),
    endTime: Date.parse('2026-03-02T10:00:02Z'),
    durationMs: 2_000,
    error: null,
    nodeCount: 2,
    doneCount: 2,
    estimated: false,
    originRunId: null,
    unsent: false,
    ...more,
  };
}

export function run(id: string, more: Partial<Run> = {}): Run {
  return {
    ...summary(id),
    workflow: workflow(['a', 'b'], ['a>b']),
    config: {},
    triggerData: {},
    logs: [],
    logCount: more.logs?.length ?? 0,
    nodes: [],
    origin: null,
    replays: [],
    ...more,
  };
}

export type Route = (request: {
  url: string;
  method: string;
  body: string;
  headers: Headers;
}) => Response | Promise<Response>;

/** Answers the page's requests; the first route whose key begins "METHOD /path" of the request wins. */
export function fakeFetch(routes: Record<string, Route>) {
  const calls: string[] = [];
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = String(input);
    const method = init?.method ?? 'GET';
    calls.push(`${method} ${url}`);
    const key = Object.keys(routes).find((route) => `${method} ${url}`.startsWith(route));
    const route = key === undefined ? undefined : routes[key];
    if (!route) return json({ error: `No route ${method} ${url}`, code: 'not_found' }, 404);
    return route({ url, method, body: String(init?.body ?? ''), headers: new Headers(init?.headers) });
  });
  return { calls, spy };
}

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
}

/** A response whose body is these chunks, one read each; with `broken` it ends in a connection error. */
export function stream(
  chunks: string[],
  options: { broken?: boolean; headers?: Record<string, string> } = {},
): Response {
  const encoder = new TextEncoder();
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(encoder.encode(chunk));
      else if (options.broken) controller.error(new TypeError('network error'));
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', ...options.headers } });
}

export function sse(...events: RunEvent[]): string {
  return events.map((item) => `id: ${item.seq}\ndata: ${JSON.stringify(item)}\n\n`).join('');
}
