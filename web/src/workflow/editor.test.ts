import { beforeEach, describe, expect, it } from 'vitest';
import type { EditAnswer } from '@/api/types';
import { workflow } from '@/test/fakes';
import {
  currentWorkflow,
  isBlank,
  isDirty,
  planBase,
  replacesWork,
  shownWorkflow,
  useEditor,
} from './editor';
import { rename, setParam } from './ops';

const editor = () => useEditor.getState();
const names = () => editor().workflow.name;

beforeEach(() => editor().open(workflow(['a', 'b'], ['a>b'])));

function editAnswer(next = workflow(['a', 'b', 'c'], ['a>b', 'b>c'])): EditAnswer {
  return {
    success: true,
    workflow: next,
    message: 'Adds c.',
    diff: {
      addedNodes: ['c'],
      removedNodes: [],
      changedNodes: [],
      addedEdges: ['edge-1'],
      removedEdges: [],
      renamed: false,
      triggersChanged: false,
      summary: '+1 node, +1 edge',
    },
    clauses: [],
    assumptions: [],
    planner: 'rules',
  };
}

describe('undo and redo', () => {
  it('steps back and forth through changes', () => {
    editor().commit((draft) => rename(draft, 'One'));
    editor().commit((draft) => rename(draft, 'Two'));
    editor().undo();
    expect(names()).toBe('One');
    editor().undo();
    expect(names()).toBe('Test');
    editor().undo();
    expect(names()).toBe('Test');
    editor().redo();
    editor().redo();
    expect(names()).toBe('Two');
  });

  it('forgets the future when something else is done', () => {
    editor().commit((draft) => rename(draft, 'One'));
    editor().undo();
    editor().commit((draft) => rename(draft, 'Other'));
    editor().redo();
    expect(names()).toBe('Other');
  });

  it('takes what is typed after an undo for a new step', () => {
    editor().commit((draft) => setParam(draft, 'a', 'text', 'hey'), 'a:text');
    editor().undo();
    editor().commit((draft) => setParam(draft, 'a', 'text', 'ho'), 'a:text');
    editor().undo();
    expect(editor().workflow.nodes[0]?.params).toEqual({});
  });

  it('finds what was saved of the document it comes back to', () => {
    const saved = workflow(['a'], [], { workflowId: 'wf_saved' });
    editor().open(saved, { saved });
    editor().replace(workflow(['x'], [], { workflowId: 'wf_new' }), 'another');
    expect(editor().saved).toBeNull();
    editor().undo();
    expect(editor().saved).toBe(saved);
    expect(isDirty(editor())).toBe(false);
    editor().redo();
    expect(editor().saved).toBeNull();
  });

  it('keeps a save a save while it steps through one document', () => {
    editor().commit((draft) => rename(draft, 'One'));
    const one = editor().workflow;
    editor().markSaved(one);
    editor().undo();
    expect(editor().saved).toBe(one);
    expect(isDirty(editor())).toBe(true);
  });

  it('makes one step of typing into one field', () => {
    for (const text of ['h', 'he', 'hey'])
      editor().commit((draft) => setParam(draft, 'a', 'text', text), 'a:text');
    expect(editor().past).toHaveLength(1);
    editor().undo();
    expect(editor().workflow.nodes[0]?.params).toEqual({});
  });

  it('counts no step when nothing changed', () => {
    editor().commit((draft) => draft);
    expect(editor().past).toHaveLength(0);
  });

  it('brings back what a template replaced, words included', () => {
    editor().open(workflow(['mine']), { said: 'my words' });
    editor().replace(workflow(['theirs']), 'template');
    editor().undo();
    expect(editor().workflow.nodes[0]?.id).toBe('mine');
    expect(editor().said).toBe('my words');
  });
});

describe('a proposal', () => {
  it('is shown but not yet the draft', () => {
    editor().proposeEdit('add c', editAnswer());
    expect(editor().workflow.nodes).toHaveLength(2);
    expect(currentWorkflow(editor()).nodes).toHaveLength(3);
  });

  it('becomes a step of the history when it is accepted', () => {
    editor().open(workflow(['a', 'b'], ['a>b']), { said: 'do a then b' });
    editor().proposeEdit('add c', editAnswer());
    editor().accept();
    expect(editor().proposal).toBeNull();
    expect(editor().workflow.nodes).toHaveLength(3);
    expect(editor().said).toBe('do a then b → add c');
    editor().undo();
    expect(editor().workflow.nodes).toHaveLength(2);
    expect(editor().said).toBe('do a then b');
  });

  it('leaves no trace when it is undone', () => {
    editor().proposeEdit('add c', editAnswer());
    editor().undo();
    expect(editor().proposal).toBeNull();
    expect(editor().past).toHaveLength(0);
  });

  it('is taken by whoever edits it', () => {
    editor().proposeEdit('add c', editAnswer());
    editor().commit((draft) => rename(draft, 'Edited'));
    expect(editor().workflow.nodes).toHaveLength(3);
    editor().undo();
    expect(editor().workflow.nodes).toHaveLength(3);
    editor().undo();
    expect(editor().workflow.nodes).toHaveLength(2);
  });

  it('of a new plan stands against nothing and takes its words', () => {
    const next = workflow(['x', 'y'], ['x>y']);
    editor().proposePlan('do x', {
      success: true,
      workflow: next,
      explanation: 'x, then y',
      clauses: [],
      assumptions: [],
      planner: 'rules',
    });
    expect(editor().proposal?.diff.addedNodes).toEqual(['x', 'y']);
    expect(editor().proposal?.diff.summary).toBe('+2 nodes, +1 edge');
    editor().accept();
    expect(editor().said).toBe('do x');
  });
});

describe('what lies over the draft', () => {
  const plan = { ...editAnswer(), explanation: '' };
  const { diff } = editAnswer();

  it('is no unsaved work, and its name is not the name of the draft', () => {
    editor().markSaved(editor().workflow, 2);
    editor().proposeVersion(1, 'Version 1.', workflow(['a'], [], { name: 'Old' }), diff);
    expect(isDirty(editor())).toBe(false);
    editor().proposeEdit('add c', editAnswer());
    expect(isDirty(editor())).toBe(false);
    expect(names()).toBe('Test');
  });

  it('is not built on where it is an older version', () => {
    const old = workflow(['a'], [], { name: 'Old' });
    editor().proposeVersion(1, 'Version 1.', old, diff);
    expect([shownWorkflow(editor()), planBase(editor())]).toEqual([old, editor().workflow]);
    editor().accept();
    expect([editor().proposal, names(), editor().past.length]).toEqual([null, 'Test', 0]);
    editor().proposeVersion(1, 'Version 1.', old, diff);
    editor().commit((draft) => rename(draft, 'Mine'));
    expect([editor().proposal, names(), editor().workflow.nodes.length]).toEqual([null, 'Mine', 2]);
  });

  it('and would replace unsaved work stays a plan, whatever is said or done next', () => {
    editor().proposePlan('do x', { ...plan, workflow: workflow(['x', 'y']) });
    expect(replacesWork(editor())).toBe(true);
    editor().proposeEdit('and z', editAnswer(workflow(['x', 'y', 'z'])));
    expect(editor().proposal).toMatchObject({ kind: 'plan', text: 'do x → and z' });
    expect(editor().proposal?.diff.addedNodes).toEqual(['x', 'y', 'z']);
    expect([names(), editor().workflow.nodes.length]).toEqual(['Test', 2]);
    editor().commit((draft) => rename(draft, 'Mine'));
    expect([names(), editor().workflow.nodes.length]).toEqual(['Mine', 2]);
    editor().markSaved(editor().workflow, 1);
    editor().proposePlan('do x', { ...plan, workflow: workflow(['x', 'y']) });
    expect(replacesWork(editor())).toBe(false);
  });
});

describe('unsaved work', () => {
  it('is a saved workflow whose nodes were all deleted, and not a canvas on which nothing was made', () => {
    editor().markSaved(editor().workflow, 1);
    editor().commit((draft) => ({ ...draft, nodes: [], edges: [] }));
    expect([isBlank(editor()), isDirty(editor())]).toEqual([false, true]);
    editor().open(workflow([]));
    expect([isBlank(editor()), isDirty(editor())]).toEqual([true, false]);
  });

  it('is told from the saved version', () => {
    expect(isDirty(editor())).toBe(true);
    editor().markSaved(editor().workflow);
    expect(isDirty(editor())).toBe(false);
    editor().commit((draft) => rename(draft, 'Other'));
    expect(isDirty(editor())).toBe(true);
    editor().undo();
    expect(isDirty(editor())).toBe(false);
  });
});
