import { beforeEach, expect, it } from 'vitest';
import { restoreDraft } from '@/app/useDraft';
import { workflow } from '@/test/fakes';
import { DraftKeeper } from './draft';
import { isDirty, useEditor } from './editor';
import { rename } from './ops';

const editor = useEditor.getState;
const names = (steps: { workflow: { name: string } }[]) => steps.map((step) => step.workflow.name);

beforeEach(() => editor().open(workflow(['a'], [], { name: 'First' })));

async function reload(): Promise<void> {
  (await DraftKeeper.open()).write(editor(), null);
  useEditor.setState(useEditor.getInitialState());
  restoreDraft(await DraftKeeper.open());
}

it('is there again after a reload, and what was saved is known again', async () => {
  editor().markSaved(editor().workflow, 4);
  editor().commit((draft) => rename(draft, 'Second'));
  editor().commit((draft) => rename(draft, 'Third'));
  editor().undo();
  await reload();
  expect([names(editor().past), editor().workflow.name, names(editor().future)]).toEqual([
    ['First'],
    'Second',
    ['Third'],
  ]);
  expect([isDirty(editor()), editor().version]).toEqual([true, 4]);
  editor().undo();
  expect([editor().workflow.name, isDirty(editor())]).toEqual(['First', false]);
  editor().redo();
  editor().redo();
  expect(editor().workflow.name).toBe('Third');
});

it('keeps the nearest steps where there is not room for all', async () => {
  const large = 'x'.repeat(300_000);
  for (let at = 0; at < 20; at += 1) editor().commit((draft) => ({ ...draft, name: `${at} ${large}` }));
  await reload();
  const kept = names(editor().past).map((name) => Number.parseInt(name, 10));
  expect(kept.at(-1)).toBe(18);
  expect(kept.length).toBeGreaterThan(2);
  expect(kept.length).toBeLessThan(8);
});

it('belongs to one draft', async () => {
  editor().commit((draft) => rename(draft, 'Second'));
  const keeper = await DraftKeeper.open();
  keeper.write(editor(), null);
  const key = `voicegraph-draft-${keeper.slot}`;
  localStorage.setItem(key, (localStorage.getItem(key) ?? '').replace(/"at":\d+/, '"at":1'));
  expect((await DraftKeeper.open()).undo).toEqual({ past: [], future: [] });
});
