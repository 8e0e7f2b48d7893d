/**
 * The one store of the document being edited: the draft, its undo history, and a proposal that waits for a yes.
 *
 * A proposal lies over the draft and is no part of it: whatever saves, runs, exports or leaves means the draft beneath.
 */
import { create } from 'zustand';
import type {
  Clause,
  EditAnswer,
  GraphDiff,
  ParseAnswer,
  PlannerName,
  RunConfig,
  Workflow,
} from '@/api/types';
import { wholeDiff } from './diff';
import { emptyWorkflow, isEmpty } from './ops';

/** A workflow and the words it came from. */
export interface Draft {
  workflow: Workflow;
  said: string;
}

/** What undo and redo step through. */
export interface Step extends Draft {
  saved: Workflow | null;
  /** Which version `saved` is; 0 when it never was saved, undefined when a page that knew no versions kept it. */
  version: number | undefined;
}

export interface Proposal {
  /** `version`: an older version of the workflow, looked at. */
  kind: 'plan' | 'edit' | 'version';
  /** Which version that is; null of the others. */
  version: number | null;
  text: string;
  base: Workflow;
  next: Workflow;
  diff: GraphDiff;
  explanation: string;
  assumptions: string[];
  clauses: Clause[];
  planner: PlannerName | null;
}

/** `saved` is the workflow as last saved on the server, or null when it never was. */
export interface EditorState extends Step {
  past: Step[];
  future: Step[];
  proposal: Proposal | null;
  /** Answers given in the run dialog, offered again the next time. */
  answers: RunConfig;
}

interface EditorActions {
  /** Change the draft. Changes with the same `key` in a row are one step of the undo history. */
  commit: (change: (workflow: Workflow) => Workflow, key?: string) => void;
  /** Replace the draft as one step, so that undo brings the old one back. With `version` it is saved as that. */
  replace: (workflow: Workflow, said: string, version?: number) => void;
  /** Put up another document; the undo history starts afresh. */
  open: (workflow: Workflow, options?: Partial<Omit<Step, 'workflow'>>) => void;
  proposeVersion: (version: number, text: string, workflow: Workflow, diff: GraphDiff) => void;
  proposePlan: (text: string, answer: ParseAnswer) => void;
  /** A change of what `planBase` is. What it builds on was good enough, and is taken. */
  proposeEdit: (text: string, answer: EditAnswer) => void;
  accept: () => void;
  reject: () => void;
  undo: () => void;
  redo: () => void;
  markSaved: (workflow: Workflow | null, version?: number) => void;
  remember: (answers: RunConfig) => void;
}

const DEPTH = 100;
const MERGE_MS = 1_500;
let lastKey: string | undefined;
let lastAt = 0;

function mergesWithLast(key: string | undefined): boolean {
  const now = Date.now();
  const merges = key !== undefined && key === lastKey && now - lastAt < MERGE_MS;
  lastKey = key;
  lastAt = now;
  return merges;
}

function freshState(): EditorState {
  return {
    workflow: emptyWorkflow(),
    said: '',
    past: [],
    future: [],
    proposal: null,
    saved: null,
    version: 0,
    answers: {},
  };
}

function stepOf({ workflow, said, saved, version }: Step): Step {
  return { workflow, said, saved, version };
}

/** What is typed after a step through the history is a step of its own. */
function endMerging(): void {
  lastKey = undefined;
}

/** Back to another document is back to what was saved of it; within one, a save stays a save. */
function stepTo(state: EditorState, { saved, version, ...draft }: Step): Draft & Partial<Step> {
  return draft.workflow.workflowId === state.workflow.workflowId ? draft : { ...draft, saved, version };
}

function step(state: EditorState, next: Draft): Partial<EditorState> {
  return { ...next, past: [...state.past, stepOf(state)].slice(-DEPTH), future: [], proposal: null };
}

/** The state after the proposal, if there is one, was taken. */
function taken(state: EditorState): EditorState {
  const { proposal } = state;
  if (!proposal || proposal.kind === 'version') return { ...state, proposal: null };
  const isEdit = proposal.kind === 'edit' && state.said;
  const said = isEdit ? `${state.said} → ${proposal.text}` : proposal.text;
  const afresh = proposal.kind === 'plan' ? { saved: null, version: 0 } : {};
  return { ...state, ...step(state, { workflow: proposal.next, said }), ...afresh };
}

/** True where taking the proposal would put another document in the place of unsaved work: that is asked first. */
export function replacesWork(state: EditorState): boolean {
  return state.proposal?.kind === 'plan' && isDirty(state);
}

/** Whether what is changed on the canvas is the proposal, which is thereby taken; else it is the draft beneath. */
export function isBuiltOn(state: EditorState): boolean {
  return state.proposal !== null && state.proposal.kind !== 'version' && !replacesWork(state);
}

function built(state: EditorState): EditorState {
  return isBuiltOn(state) ? taken(state) : { ...state, proposal: null };
}

function editOf(state: EditorState, text: string, answer: EditAnswer): Proposal {
  const told = {
    version: null,
    next: answer.workflow,
    explanation: answer.message,
    assumptions: answer.assumptions,
    clauses: answer.clauses,
    planner: answer.planner,
  };
  const { proposal, workflow: base } = state;
  if (proposal?.kind !== 'plan') return { ...told, kind: 'edit', text, base, diff: answer.diff };
  const words = `${proposal.text} → ${text}`;
  return { ...proposal, ...told, text: words, diff: wholeDiff(answer.workflow) };
}

export const useEditor = create<EditorState & EditorActions>()((set) => ({
  ...freshState(),

  commit: (change, key) =>
    set((current) => {
      const state = built(current);
      const workflow = change(state.workflow);
      if (workflow === state.workflow) return state;
      if (mergesWithLast(key)) return { ...state, workflow, future: [] };
      return { ...state, ...step(state, { workflow, said: state.said }) };
    }),
  replace: (workflow, said, version = 0) =>
    set((state) => ({ ...step(state, { workflow, said }), saved: version ? workflow : null, version })),
  open: (workflow, options = {}) => set({ ...freshState(), workflow, ...options }),

  proposePlan: (text, answer) =>
    set((state) => ({
      proposal: {
        kind: 'plan',
        version: null,
        text,
        base: { ...state.workflow, nodes: [], edges: [], triggers: [] },
        next: answer.workflow,
        diff: wholeDiff(answer.workflow),
        explanation: answer.explanation,
        assumptions: answer.assumptions,
        clauses: answer.clauses,
        planner: answer.planner,
      },
    })),
  proposeEdit: (text, answer) =>
    set((current) => {
      // A plan that may not replace the draft without a question stays a plan, changed.
      const state = replacesWork(current) ? current : built(current);
      return { ...state, proposal: editOf(state, text, answer) };
    }),
  proposeVersion: (version, text, next, diff) =>
    set(({ workflow: base }) => ({
      proposal: {
        kind: 'version',
        version,
        text,
        base,
        next,
        diff,
        explanation: text,
        assumptions: [],
        clauses: [],
        planner: null,
      },
    })),
  accept: () => set(taken),
  reject: () => set({ proposal: null }),

  undo: () => {
    endMerging();
    set((state) => {
      if (state.proposal) return { proposal: null };
      const previous = state.past.at(-1);
      if (!previous) return {};
      return {
        ...stepTo(state, previous),
        past: state.past.slice(0, -1),
        future: [stepOf(state), ...state.future],
      };
    });
  },
  redo: () => {
    endMerging();
    set((state) => {
      const [next, ...future] = state.future;
      if (!next || state.proposal) return {};
      return { ...stepTo(state, next), past: [...state.past, stepOf(state)], future };
    });
  },
  markSaved: (saved, version = saved ? undefined : 0) => set({ saved, version }),
  remember: (answers) =>
    set((state) => ({
      answers: { ...state.answers, ...answers, params: { ...state.answers.params, ...answers.params } },
    })),
}));

/** The workflow in front of the user: a proposal counts before the draft beneath it. */
export function shownWorkflow(state: EditorState): Workflow {
  return state.proposal?.next ?? state.workflow;
}

/** What a change on the canvas is made to. */
export function currentWorkflow(state: EditorState): Workflow {
  return isBuiltOn(state) ? shownWorkflow(state) : state.workflow;
}

/** What the next sentence changes: what was said before and not yet taken, but no older version. */
export function planBase(state: EditorState): Workflow {
  return state.proposal?.kind === 'version' ? state.workflow : shownWorkflow(state);
}

/** True while nothing was made yet: there is nothing to save, to name or to lose. */
export function isBlank({ saved, workflow }: Pick<Step, 'saved' | 'workflow'>): boolean {
  return isEmpty(workflow) && saved?.workflowId !== workflow.workflowId;
}

/** True when something would be lost by opening another document. */
export function isDirty({ saved, workflow }: Pick<Step, 'saved' | 'workflow'>): boolean {
  return saved ? workflow !== saved : !isEmpty(workflow);
}
