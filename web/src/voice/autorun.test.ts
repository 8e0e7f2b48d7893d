import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clause, Trigger } from '@/api/types';
import { useRunner } from '@/runs/startRun';
import { fakeFetch, json, workflow } from '@/test/fakes';
import { useEditor } from '@/workflow/editor';
import { runIfClear, SURE, useHeld } from './autorun';

const CLEAR = { success: true, problems: [], missing: [], notices: [] };
const go = new AbortController().signal;

/** A proposal, the server's word on it, and how often it was run. */
function propose(
  more: { clauses?: Clause[]; assumptions?: string[]; triggers?: Trigger[] } = {},
  check: object = {},
) {
  const { triggers = [], clauses = [], assumptions = [] } = more;
  useEditor.getState().proposePlan('read it', {
    success: true,
    workflow: workflow(['a'], [], { triggers }),
    explanation: '',
    clauses,
    assumptions,
    planner: 'rules',
  });
  fakeFetch({ 'POST /api/check': () => json({ ...CLEAR, ...check }) });
  return vi.spyOn(useRunner.getState(), 'run').mockResolvedValue();
}

beforeEach(() => {
  useEditor.getState().open(workflow([]));
  useHeld.setState({ proposal: null, why: '' });
});

describe('after speaking, a plan', () => {
  it('runs by itself when nothing is open', async () => {
    const run = propose({ clauses: [{ text: 'read it', nodeIds: ['a'], doubtful: false }] });
    await runIfClear(SURE, go);
    expect(run).toHaveBeenCalledOnce();
    expect(useHeld.getState().proposal).toBeNull();
    expect(useEditor.getState().workflow.nodes).toHaveLength(1); // it was taken: what runs is the draft
  });

  it.each<[string, string, Parameters<typeof propose>, number]>([
    ['was heard badly', 'misheard', [], SURE - 0.1],
    [
      'has a guess in it',
      '“it” is a best guess',
      [{ clauses: [{ text: 'it', nodeIds: [], doubtful: true }] }],
      1,
    ],
    ['rests on an assumption', 'assumed', [{ assumptions: ['“me” is you.'] }], 1],
    [
      'starts on a schedule',
      'once it is saved',
      [{ triggers: [{ kind: 'schedule', cron: '0 9 * * 1' }] }],
      1,
    ],
    ['lacks a value', 'what these are: Page. Run', [{}, { missing: [{ title: 'Page' }] }], 1],
    ['has a fault', 'no such node', [{}, { problems: [{ message: 'There is no such node.' }] }], 1],
    ['comes with a notice', 'needs a key', [{}, { notices: [{ message: 'Notion needs a key.' }] }], 1],
  ])('that %s waits for a yes, and it is said why', async (_, why, given, confidence) => {
    const run = propose(...given);
    await runIfClear(confidence, go);
    expect(run).not.toHaveBeenCalled();
    expect(useHeld.getState().proposal).toBe(useEditor.getState().proposal);
    expect(useHeld.getState().why).toContain(why);
  });

  it('that would replace unsaved work waits', async () => {
    useEditor.getState().open(workflow(['mine']));
    const run = propose();
    await runIfClear(1, go);
    expect(run).not.toHaveBeenCalled();
    expect(useHeld.getState().why).toBe('It would replace unsaved work.');
  });

  it('that cannot be checked waits', async () => {
    const run = propose();
    fakeFetch({ 'POST /api/check': () => json({ error: 'The disk is full.', code: 'disk_full' }, 507) });
    await runIfClear(1, go);
    expect(run).not.toHaveBeenCalled();
    expect(useHeld.getState().why).toBe('The disk is full.');
  });

  it('that was taken, changed or stopped meanwhile is left alone', async () => {
    const run = propose();
    const accepted = runIfClear(1, go);
    useEditor.getState().accept();
    await accepted;
    propose();
    await runIfClear(1, AbortSignal.abort());
    expect(run).not.toHaveBeenCalled();
    expect(useHeld.getState().proposal).toBeNull();
  });
});
