/** The shapes of the HTTP API, under the names the rest of the front end uses. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Position {
  x: number;
  y: number;
}

export interface WorkflowNode {
  id: string;
  type: string;
  action: string;
  label: string;
  params: Record<string, Json>;
  position?: Position | null;
  each?: boolean;
  retry?: { attempts: number } | null;
  timeout?: number | null;
  onError?: 'fail' | 'continue';
  credential?: string | null;
}

export interface WorkflowEdge {
  id: string;
  source: string;
  target: string;
  when?: boolean | null;
}

export interface Schedule {
  kind: 'schedule';
  cron: string;
  timezone?: string | null;
}

export interface Webhook {
  kind: 'webhook';
}

export type Trigger = Schedule | Webhook;

export interface Workflow {
  workflowId: string;
  name: string;
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  triggers: Trigger[];
}

/** The parts of JSON Schema that pydantic writes for params, and our own `x-` hints. */
export interface ParamSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  const?: Json;
  format?: string;
  items?: ParamSchema;
  properties?: Record<string, ParamSchema>;
  additionalProperties?: boolean | ParamSchema;
  required?: string[];
  anyOf?: ParamSchema[];
  allOf?: ParamSchema[];
  oneOf?: ParamSchema[];
  $ref?: string;
  $defs?: Record<string, ParamSchema>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  examples?: Json[];
  'x-widget'?: 'text' | 'textarea' | 'markdown' | 'file' | 'code' | 'url' | 'secret';
  'x-config'?: string;
  'x-setting'?: string;
  'x-why'?: string;
}

export type ActionGroup = 'source' | 'ai' | 'logic' | 'delivery' | 'tool';

export interface ActionInfo {
  type: string;
  action: string;
  group: ActionGroup;
  title: string;
  description: string;
  effect: boolean;
  anyName: boolean;
  params: ParamSchema;
  requires: string | null;
}

export interface Catalogue {
  nodes: ActionInfo[];
  aliases: Record<string, string>;
}

export interface Clause {
  text: string;
  nodeIds: string[];
}

export interface ParseAnswer {
  workflow: Workflow;
  success: boolean;
  explanation: string;
  clauses: Clause[];
  assumptions: string[];
}

export interface GraphDiff {
  addedNodes: string[];
  removedNodes: string[];
  changedNodes: string[];
  addedEdges: string[];
  removedEdges: string[];
  summary: string;
}

export interface EditAnswer {
  workflow: Workflow;
  success: boolean;
  message: string;
  diff: GraphDiff;
  clauses: Clause[];
  assumptions: string[];
}

export interface Problem {
  where: string;
  message: string;
  code: string;
}

export interface MissingValue {
  nodeId: string;
  nodeLabel: string;
  param: string;
  title: string;
  why: string | null;
  schema: ParamSchema;
  config: string | null;
}

export interface Notice {
  nodeId: string;
  message: string;
  setting: string | null;
  blocking: boolean;
}

export interface CheckAnswer {
  success: boolean;
  problems: Problem[];
  missing: MissingValue[];
  notices: Notice[];
}

/** Values for what the graph left open: named keys, and `params[nodeId][param]`. */
export interface RunConfig {
  params?: Record<string, Record<string, Json>>;
  [key: string]: Json | Record<string, Record<string, Json>> | undefined;
}

export interface FileRef {
  id: string;
  name: string;
  mediaType: string;
  size: number;
}

export interface Metrics {
  model?: string | null;
  inputTokens?: number | null;
  outputTokens?: number | null;
  cost?: number | null;
  estimated?: boolean;
}

export interface Output {
  text: string;
  data?: Json;
  files?: FileRef[];
  meta?: Record<string, Json>;
  metrics?: Metrics | null;
  branch?: boolean | null;
}

export interface EventError {
  code: string;
  message: string;
  retryable?: boolean;
}

export type RunStatus = 'pending' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
export type NodeStatus = RunStatus | 'retrying' | 'skipped';

export interface NodeResult {
  nodeId: string;
  status: NodeStatus;
  attempt: number;
  startTime: string | null;
  endTime: string | null;
  durationMs: number | null;
  output: Output | null;
  error: EventError | null;
}

export interface RunSummary {
  id: string;
  workflowId: string;
  name: string;
  status: RunStatus;
  engine: 'live' | 'embedded' | 'inngest';
  trigger: 'manual' | 'schedule' | 'webhook' | 'replay';
  transcribedText: string | null;
  createdAt: string;
  startTime: string | null;
  endTime: string | null;
  durationMs: number | null;
  error: EventError | null;
  nodeCount: number;
  doneCount: number;
}

export interface Run extends RunSummary {
  workflow: Workflow;
  config: RunConfig;
  logs: import('./events').RunEvent[];
  nodes: NodeResult[];
}

export interface HistoryPage {
  success: boolean;
  count: number;
  running: number;
  history: RunSummary[];
  next: string | null;
}

export interface HistoryFilter {
  status?: string;
  q?: string;
  workflow?: string;
}

export interface BackgroundAnswer {
  success: boolean;
  workflowId: string;
  runId: string;
  message: string;
}

export interface SavedWorkflow {
  id: string;
  name: string;
  updatedAt: string;
  nodeCount: number;
}

export interface Template {
  id: string;
  name: string;
  description: string;
  command: string;
  workflow: Workflow;
}

export interface Info {
  version: string;
  engine: { name: string; title: string };
  model: string | null;
  planner: 'rules' | 'llm';
  search: 'tavily' | 'ddgs';
  userEmail: string | null;
  mail: boolean;
  maxUploadBytes: number;
  triggers?: boolean;
}
