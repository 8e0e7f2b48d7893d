/**
 * The API's shapes under the names the front end uses. They are the generated ones; what is narrowed here is what
 * OpenAPI cannot say: JSON values, and which defaults the server always fills in.
 */
import type { Json } from './json';
import type { ParamSchema } from './paramSchema';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
type Narrow<T, Part> = Omit<T, keyof Part> & Part;

// -- workflows

export type Position = Schemas['Position'];
export type WorkflowEdge = Schemas['Edge'];
/** The server fills in the policies. */
export type Schedule = Partial<Schemas['Schedule']> & Pick<Schemas['Schedule'], 'kind' | 'cron'>;
export type Webhook = Schemas['Webhook'];
export type LiveSchedule = Schemas['ScheduleAnswer'];
export type SchedulePreview = Schemas['CronAnswer'];
export type LiveHook = Schemas['HookAnswer'];
export type HookCall = Schemas['WebhookCallAnswer'];
export type Trigger = Schedule | Webhook;

type NodeCore = 'id' | 'type' | 'action' | 'label';
/** A node as the page makes it: the server fills in what is left out. */
export type WorkflowNode = Pick<Schemas['Node'], NodeCore> &
  Partial<Omit<Schemas['Node'], NodeCore | 'params'>> & { params: Record<string, Json> };

type WorkflowPolicies = 'timeout' | 'errorWorkflow' | 'concurrency' | 'notify';
export type Workflow = Narrow<
  Required<Omit<Schemas['Workflow'], WorkflowPolicies>> & Pick<Schemas['Workflow'], WorkflowPolicies>,
  { nodes: WorkflowNode[]; edges: WorkflowEdge[]; triggers: Trigger[] }
>;
export type SavedWorkflow = Schemas['SavedWorkflowLine'];
export type Saved = Narrow<Schemas['SavedAnswer'], { workflow: Workflow }>;
export type VersionCard = Schemas['VersionCard'];
export type Template = Narrow<Schemas['TemplateCard'], { workflow: Workflow }>;

// -- the catalogue

export type ActionGroup = 'source' | 'ai' | 'logic' | 'delivery' | 'tool';
export type ActionInfo = Narrow<Schemas['NodeKind'], { group: ActionGroup; params: ParamSchema }>;
export type Catalogue = Narrow<Schemas['Catalogue'], { nodes: ActionInfo[] }>;

// -- planning

export type Clause = Schemas['ClauseLink'];
export type PlannerName = Schemas['ParseAnswer']['planner'];
export type GraphDiff = Schemas['Diff'];
export type ParseAnswer = Narrow<Schemas['ParseAnswer'], { workflow: Workflow }>;
export type CommandAnswer = Schemas['CommandAnswer'];
export type Intent = CommandAnswer['intent'];
export type EditAnswer = Narrow<Schemas['EditAnswer'], { workflow: Workflow }>;

// -- running

export type Problem = Schemas['Problem'];
export type Notice = Schemas['Notice'];
export type MissingValue = Narrow<Schemas['MissingParam'], { schema: ParamSchema }>;
export type CheckAnswer = Narrow<Schemas['CheckAnswer'], { missing: MissingValue[] }>;

/** Values for what the graph left open: named keys, and `params[nodeId][param]`. */
export interface RunConfig {
  params?: Record<string, Record<string, Json>>;
  [key: string]: Json | Record<string, Record<string, Json>> | undefined;
}

export type BackgroundAnswer = Schemas['Accepted'];
export type FileRef = Schemas['FileRef'];
export type Metrics = Schemas['Metrics'];
export type Output = Narrow<
  Schemas['Output'],
  { data?: Json; meta?: Record<string, Json>; truncated?: boolean }
>;
export type EventError = Schemas['ErrorInfo'];

export type RunStatus = Schemas['RunSummary']['status'];
export type NodeStatus = RunStatus | 'retrying' | 'skipped';
export type ItemTally = Schemas['ItemTally'];
export type ItemResult = Narrow<Schemas['ItemResult'], { status: NodeStatus; output: Output | null }>;
export type ItemsPage = Narrow<Schemas['ItemsPage'], { items: ItemResult[] }>;
export type NodeResult = Narrow<Schemas['NodeResult'], { status: NodeStatus; output: Output | null }>;

/** What a run's event stream carries: OpenAPI describes the members, a stream it cannot. */
type AnyEvent = Omit<Schemas['Event'], 'type' | 'output'> & { output: Output | null };
type OfNode = AnyEvent & { nodeId: string };

export type RunEvent =
  | (AnyEvent & { type: 'start' | 'progress' | 'log' | 'complete' | 'cancelled' })
  | (OfNode & { type: 'success'; output: Output })
  | (AnyEvent & { type: 'error'; error: EventError })
  | (OfNode & { type: 'retry'; data: { dueAt?: string } | null })
  | (OfNode & { type: 'waiting'; data: { until?: string; waitsFor?: string } | null })
  | (OfNode & { type: 'skipped' });

// -- history

export type RunSummary = Schemas['RunSummary'];
export type Run = Narrow<
  Schemas['Run'],
  { workflow: Workflow; config: RunConfig; logs: RunEvent[]; nodes: NodeResult[] }
>;
export type LogPage = Narrow<Schemas['LogPage'], { logs: RunEvent[] }>;
export type HistoryPage = Schemas['HistoryPage'];

export interface HistoryFilter {
  status?: RunStatus[];
  trigger?: RunSummary['trigger'][];
  workflow?: string;
  q?: string;
  since?: string;
  until?: string;
}

export type RunLink = Schemas['RunLink'];
export type ReplayAnswer = Schemas['ReplayAnswer'];
export type ApprovalCard = Narrow<Schemas['ApprovalCard'], { content: Output }>;
export type ApprovalPage = Narrow<Schemas['ApprovalPage'], { approvals: ApprovalCard[] }>;
export type ApproveBody = Schemas['ApproveBody'];
export type CancelAnswer = Schemas['CancelAnswer'];
export type Info = Schemas['Info'];
export type Removal = Schemas['RemovalAnswer'];
export type RemovalRequest = Schemas['RemovalBody'];
export type DiskUse = Schemas['DiskUse'];
export type Retention = Schemas['RetentionAnswer'];
export type WorkflowStatistics = Schemas['WorkflowStatistics'];
export type Comparison = Schemas['ComparisonAnswer'];
export type NodeComparison = Schemas['NodeComparison'];
export type Notify = Schemas['Notify'];
export type Notifications = Schemas['NotificationsAnswer'];
export type TrialAnswer = Schemas['TrialAnswer'];

export type SpeechInfo = Schemas['SpeechInfo'];
export type TranscribeAnswer = Schemas['TranscribeAnswer'];
