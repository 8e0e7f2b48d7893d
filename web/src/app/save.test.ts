import { expect, it } from 'vitest';
import { fakeFetch, json } from '@/test/fakes';
import { toastsSeen } from '@/test/toasts';
import { useEditor } from '@/workflow/editor';
import { emptyWorkflow } from '@/workflow/ops';
import { importWorkflow } from './save';

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
