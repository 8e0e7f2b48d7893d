import { notifications, notificationsStore } from '@mantine/notifications';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeFetch, json, workflow } from '@/test/fakes';
import { toastsSeen } from '@/test/toasts';
import { wholeDiff } from '@/workflow/diff';
import { isDirty, useEditor } from '@/workflow/editor';
import { emptyWorkflow, rename } from '@/workflow/ops';
import { useConflict } from './conflict';
import {
  deleteWorkflow,
  importWorkflow,
  loadWorkflow,
  openWorkflow,
  renameWorkflow,
  saveWorkflow,
} from './save';

it.each([
  ['larger than a workflow can be', new Uint8Array((1 << 20) + 1), 'The file is larger than 1 MiB.'],
  ['in another encoding', new Uint8Array([0x6e, 0x3a, 0x20, 0xe9]), 'The file is not text in UTF-8.'],
])('says of a file that it is %s, and sends it nowhere', async (_, content, words) => {
  const seen = toastsSeen();
  const { calls } = fakeFetch({});
  const file = new File([content], 'mine.yaml');
  file.arrayBuffer = async () => content.buffer; // jsdom has none
  await importWorkflow(file);
  expect(seen[0]).toContain(`“mine.yaml” could not be imported: ${words}`);
  expect(calls).toEqual([]);
});

const READ = { workflowId: 'theirs', name: 'Digest', nodes: [], edges: [], triggers: [] };
const TO_ALLOW = { where: 'nodes[0].params.to', message: 'Allow it.', code: 'outside_target' };
const BROKEN = { where: 'nodes[0].type', message: 'Unknown.', code: 'unknown_type' };

it.each([
  ['imports a file as a new workflow', [], 'Digest', true],
  ['says what its new owner has to allow', [TO_ALLOW], 'Digest: Allow it.', true],
  ['imports nothing that is broken', [TO_ALLOW, BROKEN], 'nodes[0].type: Unknown.', false],
])('%s', async (_, problems, words, imported) => {
  const seen = toastsSeen();
  fakeFetch({
    'POST /api/read-workflow': () => json({ workflow: READ }),
    'POST /api/check': () => json({ success: false, problems, missing: [], notices: [] }),
  });
  useEditor.getState().open(emptyWorkflow(), { saved: null });
  const file = new File(['{}'], 'theirs.json');
  file.arrayBuffer = async () => new TextEncoder().encode('{}').buffer;
  await importWorkflow(file);
  expect(seen[0]).toContain(words);
  const { name, workflowId } = useEditor.getState().workflow;
  expect(name === 'Digest').toBe(imported);
  expect(workflowId).not.toBe('theirs');
});

const SAVED_AT = '2026-03-02T10:00:00Z';
const NEWER = {
  code: 'newer_version',
  error: 'It was saved.',
  details: { version: 7, savedAt: SAVED_AT, name: 'Theirs' },
};

describe('a save', () => {
  const editor = useEditor.getState;
  const change = (name: string) => editor().commit((draft) => rename(draft, name));
  let bodies: { version: number; workflow: { name: string; workflowId: string } }[] = [];

  /** A server that gives each save the next version. */
  function saving() {
    const keep = ({ body }: { body: string }) => {
      const asked = JSON.parse(body);
      bodies.push(asked);
      return json({ workflow: asked.workflow, version: asked.version + 1, savedAt: SAVED_AT });
    };
    return { 'POST /api/workflows': keep, 'PUT /api/workflows': keep };
  }

  beforeEach(() => {
    bodies = [];
    useConflict.setState({ conflict: null });
    editor().open(workflow(['a']));
  });

  it('says which version it is based on, one after the other', async () => {
    fakeFetch(saving());
    const first = saveWorkflow();
    change('Second');
    const second = saveWorkflow();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    change('Third');
    await saveWorkflow();
    expect(bodies.map((body) => body.version)).toEqual([0, 1, 2]);
  });

  it('over a version that was not seen is a question, and nothing is lost', async () => {
    fakeFetch({ 'PUT /api/workflows': () => json(NEWER, 409) });
    editor().markSaved(editor().workflow, 6);
    change('Mine');
    expect(await saveWorkflow()).toBe(false);
    expect(useConflict.getState().conflict?.newest).toEqual(NEWER.details);
    expect([editor().workflow.name, editor().version]).toEqual(['Mine', 6]);
    fakeFetch(saving());
    expect(await saveWorkflow(7)).toBe(true);
    expect([bodies[0]?.version, editor().version, useConflict.getState().conflict]).toEqual([7, 8, null]);
  });

  it('keeps what is the person’s own, and not what lies over it', async () => {
    fakeFetch(saving());
    change('Mine');
    editor().proposeVersion(1, 'Version 1.', workflow(['a'], [], { name: 'Old' }), wholeDiff(workflow([])));
    expect(await saveWorkflow()).toBe(true);
    expect(bodies.map((body) => body.workflow.name)).toEqual(['Mine']);
    expect([editor().workflow.name, isDirty(editor())]).toEqual(['Mine', false]);
  });

  it('that failed says where the work is, once, and that goes with the next one', async () => {
    const shown = () => notificationsStore.getState().notifications.map(({ message }) => String(message));
    notifications.clean();
    fakeFetch({ 'POST /api/workflows': () => json({ error: 'The disk is full.', code: 'disk_full' }, 503) });
    await saveWorkflow();
    await saveWorkflow();
    expect(shown()).toEqual([
      'The disk is full. Your work is still on the canvas. Save it again after that.',
    ]);
    fakeFetch(saving());
    await saveWorkflow();
    expect(shown()).toEqual(['Test']);
  });

  it('of what was deleted elsewhere is a question, too', async () => {
    fakeFetch({ 'PUT /api/workflows': () => json({ error: 'Gone.', code: 'not_found' }, 404) });
    editor().markSaved(editor().workflow, 6);
    expect(await saveWorkflow()).toBe(false);
    expect(useConflict.getState().conflict).toMatchObject({ newest: null });
    expect([editor().saved, isDirty(editor())]).toEqual([null, true]); // also when the question is left open
  });

  it.each([
    ['opened', () => openWorkflow('wf_test')],
    ['renamed', () => renameWorkflow('wf_test', 'Other')],
    ['deleted', () => deleteWorkflow('wf_test')],
  ])('is missed once what was deleted elsewhere is %s', async (_, meet) => {
    fakeFetch({}); // 404 to all
    editor().markSaved(editor().workflow, 6);
    await meet();
    expect([editor().saved, isDirty(editor())]).toEqual([null, true]);
  });

  it('after a rename in the list knows what was renamed, and nothing newer', async () => {
    const stored = workflow(['a', 'b']);
    fakeFetch({ ...saving(), 'GET /api/workflows/wf_test': () => json({ workflow: stored, version: 3 }) });
    for (const [known, then] of [
      [3, 4],
      [2, 2], // somebody else saved it since
    ] as const) {
      editor().markSaved(editor().workflow, known);
      await renameWorkflow('wf_test', `From ${known}`);
      expect([editor().workflow.name, editor().version]).toEqual([`From ${known}`, then]);
    }
  });

  it('that is refused once another workflow is on the canvas asks nothing about that one', async () => {
    const seen = toastsSeen();
    fakeFetch({ 'PUT /api/workflows': () => json(NEWER, 409) });
    editor().markSaved(editor().workflow, 6);
    change('Mine');
    const saved = saveWorkflow();
    await Promise.resolve();
    editor().open({ ...workflow(['b']), workflowId: 'wf_other' });
    expect(await saved).toBe(false);
    expect(useConflict.getState().conflict).toBeNull();
    expect(seen[0]).toContain('“Mine” was not saved');
  });

  it('of what was deleted here is unsaved work after undo, too, even behind another document', async () => {
    fakeFetch({ ...saving(), 'DELETE /api/workflows/wf_test': () => json({ success: true }) });
    editor().markSaved(editor().workflow, 3);
    change('Second');
    await deleteWorkflow('wf_test');
    editor().undo();
    expect([editor().workflow.name, editor().saved, isDirty(editor())]).toEqual(['Test', null, true]);

    editor().open(workflow(['a']), { saved: workflow(['a']), version: 3 });
    editor().replace({ ...workflow(['b']), workflowId: 'wf_other' }, '');
    await deleteWorkflow('wf_test');
    editor().undo();
    expect([editor().saved, isDirty(editor())]).toEqual([null, true]);
    expect(editor().workflow.workflowId).not.toBe('wf_test');
  });

  it('that is loaded again keeps the undo history, and comes as a step where it differs', async () => {
    const stored = { ...workflow(['a', 'b']), name: 'Theirs' };
    fakeFetch({ 'GET /api/workflows/wf_test': () => json({ workflow: stored, version: 4 }) });
    change('Mine');
    editor().markSaved(editor().workflow, 4);
    await loadWorkflow('wf_test');
    expect([editor().workflow.name, editor().past.length]).toEqual(['Mine', 1]);
    editor().markSaved(editor().workflow, 3);
    await loadWorkflow('wf_test');
    expect([editor().workflow.name, editor().version, isDirty(editor())]).toEqual(['Theirs', 4, false]);
    editor().undo();
    expect([editor().workflow.name, isDirty(editor())]).toEqual(['Mine', true]);
  });

  it('of what was deleted here is a new workflow', async () => {
    fakeFetch({ ...saving(), 'DELETE /api/workflows/wf_test': () => json({ success: true }) });
    editor().markSaved(editor().workflow, 3);
    await deleteWorkflow('wf_test');
    await saveWorkflow();
    expect(bodies[0]?.version).toBe(0);
    expect(bodies[0]?.workflow.workflowId).not.toBe('wf_test');
  });
});
