/** Every call the front end makes, behind one interface, so that a test can stand in for the server. */
import { request, send } from './http';
import type {
  ApprovalPage,
  ApproveBody,
  BackgroundAnswer,
  CancelAnswer,
  Catalogue,
  CheckAnswer,
  CommandAnswer,
  Comparison,
  DiskUse,
  EditAnswer,
  FileRef,
  GraphDiff,
  HistoryFilter,
  HistoryPage,
  HookCall,
  Info,
  ItemsPage,
  LiveHook,
  LiveSchedule,
  LogPage,
  Notifications,
  Notify,
  Output,
  ParseAnswer,
  PlannerName,
  Removal,
  RemovalRequest,
  ReplayAnswer,
  Retention,
  Run,
  RunConfig,
  Saved,
  SavedWorkflow,
  SchedulePreview,
  SpeechInfo,
  Template,
  TranscribeAnswer,
  TrialAnswer,
  VersionCard,
  Workflow,
  WorkflowStatistics,
} from './types';

export interface RunRequest {
  workflow: Workflow;
  config: RunConfig;
  transcribedText?: string | undefined;
}

/** The version that a save is based on, if that is known, and the older one that it brings back. */
export interface SavedOver {
  version: number | undefined;
  restoredFrom?: number;
}

/** What to replay; see `POST /api/runs/{id}/replay`. */
export interface ReplayRequest {
  from?: string;
  only?: string;
  workflow?: Workflow | undefined;
  config?: RunConfig;
  mode: 'live' | 'background';
}

const PAGE = 30;
const at = encodeURIComponent;

function addFilter(query: URLSearchParams, filter: HistoryFilter): void {
  for (const [key, value] of Object.entries(filter)) {
    if (Array.isArray(value)) for (const one of value) query.append(key, one);
    else if (value) query.set(key, value);
  }
}

export const api = {
  info: () => request<Info>('/api/info'),
  health: () => request<{ status: string }>('/api/health'),
  catalogue: () => request<Catalogue>('/api/nodes'),
  templates: async () => (await request<{ templates: Template[] }>('/api/templates')).templates,

  /** Without a planner, the server's setting decides who plans. */
  parse: (text: string, planner: PlannerName | null, signal?: AbortSignal) =>
    request<ParseAnswer | CommandAnswer>('/api/parse', { json: { text, planner, commands: true }, signal }),
  edit: (text: string, currentWorkflow: Workflow, planner: PlannerName | null, signal?: AbortSignal) =>
    request<EditAnswer | CommandAnswer>('/api/edit-workflow', {
      json: { text, currentWorkflow, planner, commands: true },
      signal,
    }),
  check: (workflow: Workflow, config: RunConfig) =>
    request<CheckAnswer>('/api/check', { json: { workflow, config } }),
  readWorkflow: async (text: string) =>
    (await request<{ workflow: Workflow }>('/api/read-workflow', { json: { text } })).workflow,
  layout: async (workflow: Workflow) =>
    (await request<{ workflow: Workflow }>('/api/layout', { json: { workflow } })).workflow,

  /** The response body is the run's event stream; `X-Run-Id` names the run. */
  execute: (run: RunRequest, signal?: AbortSignal) => send('/api/execute', { json: run, signal }),
  executeBackground: (run: RunRequest, idempotencyKey: string) =>
    request<BackgroundAnswer>('/api/execute-background', {
      json: run,
      headers: { 'Idempotency-Key': idempotencyKey },
    }),

  history: (filter: HistoryFilter, cursor?: string | null, limit = PAGE, signal?: AbortSignal) => {
    const query = new URLSearchParams({ limit: String(limit), brief: 'true' });
    addFilter(query, filter);
    if (cursor) query.set('cursor', cursor);
    return request<HistoryPage>(`/api/workflow-history?${query}`, { signal });
  },
  removeRuns: (which: RemovalRequest) => request<Removal>('/api/history/removals', { json: which }),
  removal: (id: string) => request<Removal>(`/api/history/removals/${at(id)}`),
  cancelRemoval: (id: string) => request<Removal>(`/api/history/removals/${at(id)}`, { method: 'DELETE' }),
  exportHistoryUrl: (filter: HistoryFilter, format: 'csv' | 'json') => {
    const query = new URLSearchParams({ format });
    addFilter(query, filter);
    return `/api/history/export?${query}`;
  },
  statistics: (filter: HistoryFilter, signal?: AbortSignal) => {
    const query = new URLSearchParams();
    addFilter(query, filter);
    return request<{ workflows: WorkflowStatistics[] }>(`/api/statistics?${query}`, { signal });
  },
  disk: () => request<DiskUse>('/api/history/disk'),
  retention: () => request<Retention>('/api/history/retention'),
  compare: (left: string, right: string) => request<Comparison>(`/api/runs/${at(left)}/compare/${at(right)}`),
  notifications: () => request<Notifications>('/api/notifications?limit=5'),
  testNotifications: (notify: Notify | null) =>
    request<TrialAnswer>('/api/notifications/test', { json: { notify } }),
  items: (run: string, node: string, after: number, limit: number, signal?: AbortSignal) =>
    request<ItemsPage>(`/api/runs/${at(run)}/nodes/${at(node)}/items?after=${after}&limit=${limit}`, {
      signal,
    }),
  historyStream: (signal?: AbortSignal) => send('/api/history/stream', { signal }),
  run: (id: string, signal?: AbortSignal) => request<Run>(`/api/runs/${at(id)}?tail=0`, { signal }),
  /** With the last lines of its log. */
  runWithLog: (id: string, lines: number, signal?: AbortSignal) =>
    request<Run>(`/api/runs/${at(id)}?tail=${lines}`, { signal }),
  logBefore: (id: string, before: number, limit: number, signal?: AbortSignal) =>
    request<LogPage>(`/api/runs/${at(id)}/logs?before=${before}&limit=${limit}`, { signal }),
  runEvents: (id: string, after: number | null, signal?: AbortSignal) =>
    send(`/api/runs/${at(id)}/events`, {
      headers: after === null ? {} : { 'Last-Event-ID': String(after) },
      signal,
    }),
  approvals: (run?: string, signal?: AbortSignal) =>
    request<ApprovalPage>(`/api/approvals${run ? `?run=${at(run)}` : ''}`, { signal }),
  approve: (id: string, answer: ApproveBody) =>
    request<unknown>(`/api/runs/${at(id)}/approve`, { json: answer }),
  cancelRun: (id: string) => request<CancelAnswer>(`/api/runs/${at(id)}/cancel`, { json: {} }),
  replayRun: (id: string, asked: ReplayRequest, idempotencyKey: string) =>
    request<ReplayAnswer>(`/api/runs/${at(id)}/replay`, {
      json: asked,
      headers: { 'Idempotency-Key': idempotencyKey },
    }),
  deleteRun: (id: string) => request<{ success: boolean }>(`/api/runs/${at(id)}`, { method: 'DELETE' }),
  exportRunUrl: (id: string) => `/api/runs/${at(id)}/export`,

  workflows: async () => (await request<{ workflows: SavedWorkflow[] }>('/api/workflows')).workflows,
  workflow: (id: string) => request<Saved>(`/api/workflows/${at(id)}`),
  /** Refused with `newer_version` when `version` is not the newest, 0 meaning that there is none yet. */
  saveWorkflow: (workflow: Workflow, { version, restoredFrom }: SavedOver) => {
    const json = { workflow, version, restoredFrom };
    if (version === 0) return request<Saved>('/api/workflows', { json });
    return request<Saved>(`/api/workflows/${at(workflow.workflowId)}`, { method: 'PUT', json });
  },
  versions: async (id: string) =>
    (await request<{ versions: VersionCard[] }>(`/api/workflows/${at(id)}/versions`)).versions,
  version: (id: string, version: number) => request<Saved>(`/api/workflows/${at(id)}/versions/${version}`),
  diff: async (before: Workflow, after: Workflow) =>
    (await request<{ diff: GraphDiff }>('/api/diff', { json: { before, after } })).diff,
  schedules: async (workflowId?: string) => {
    const query = workflowId ? `?workflow=${at(workflowId)}` : '';
    return (await request<{ schedules: LiveSchedule[] }>(`/api/schedules${query}`)).schedules;
  },
  previewSchedule: (cron: string, timezone: string | null) =>
    request<SchedulePreview>('/api/schedule-preview', { json: { cron, timezone } }),
  pauseSchedule: (id: string) => request<LiveSchedule>(`/api/schedules/${at(id)}/pause`, { json: {} }),
  resumeSchedule: (id: string) => request<LiveSchedule>(`/api/schedules/${at(id)}/resume`, { json: {} }),
  runScheduleNow: (id: string) =>
    request<{ runId: string }>(`/api/schedules/${at(id)}/run-now`, { json: {} }),
  hooks: async (workflowId: string) =>
    (await request<{ hooks: LiveHook[] }>(`/api/hooks?workflow=${at(workflowId)}`)).hooks,
  hookCalls: async (id: string) => (await request<{ calls: HookCall[] }>(`/api/hooks/${at(id)}/calls`)).calls,
  pauseHook: (id: string) => request<LiveHook>(`/api/hooks/${at(id)}/pause`, { json: {} }),
  resumeHook: (id: string) => request<LiveHook>(`/api/hooks/${at(id)}/resume`, { json: {} }),
  rotateHook: (id: string) => request<{ secret: string }>(`/api/hooks/${at(id)}/rotate`, { json: {} }),

  deleteWorkflow: (id: string) => request<unknown>(`/api/workflows/${at(id)}`, { method: 'DELETE' }),

  transcribe: (audio: Blob, signal?: AbortSignal) => {
    const body = new FormData();
    body.append('audio', audio, audio instanceof File ? audio.name : 'speech');
    return request<TranscribeAnswer>('/api/transcribe', { body, signal });
  },
  prepareSpeech: () => request<SpeechInfo>('/api/transcribe/prepare', { method: 'POST' }),

  uploadFile: async (file: File) => {
    const body = new FormData();
    body.append('file', file);
    return (await request<{ file: FileRef }>('/api/files', { body })).file;
  },
  outputUrl: (run: string, node: string) => `/api/runs/${at(run)}/nodes/${at(node)}/output/file`,
  /** What such an address gives: a result whole, however large. */
  wholeOutput: (url: string) => request<Output>(url),
  fileUrl: (id: string) => `/api/files/${at(id)}`,
};

export type Api = typeof api;
