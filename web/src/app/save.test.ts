import { expect, it } from 'vitest';
import { fakeFetch } from '@/test/fakes';
import { toastsSeen } from '@/test/toasts';
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
