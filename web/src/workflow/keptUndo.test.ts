import { beforeEach, expect, it } from 'vitest';
import type { Json } from '@/api/json';
import { fromJson, toJson } from '@/api/json';
import { restoreDraft } from '@/shell/useDraft';
import { node, workflow } from '@/test/fakes';
import { DraftKeeper } from './draft';
import { isDirty, useEditor } from './editor';
import { rename, setParam } from './ops';

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

it('keeps a hundred steps of a large workflow, and the numbers in it', async () => {
  const ids = Array.from({ length: 300 }, (_, at) => `step-${at}`);
  const text = 'Summarize what came in. '.repeat(10);
  const nodes = ids.map((id) => node(id, { params: { text, at: id } }));
  editor().open({
    ...workflow(
      ids,
      ids.slice(1).map((id) => `step-0>${id}`),
    ),
    nodes,
  });
  editor().markSaved(editor().workflow, 1);
  for (let at = 0; at < 100; at += 1)
    editor().commit((draft) =>
      setParam(draft, `step-${at}`, 'seed', fromJson(`1234567890123456789${at}`) as Json),
    );
  const { past } = editor();
  await reload();
  expect(editor().past).toHaveLength(100);
  expect(toJson(editor().past)).toBe(toJson(past));
  for (let at = 0; at < 100; at += 1) editor().undo();
  expect(isDirty(editor())).toBe(false);
});

it('ends with the page where one step alone is larger than the room, and leaves nothing older behind', async () => {
  editor().commit((draft) => rename(draft, 'Second'));
  const huge = 'x'.repeat(3_000_000);
  editor().commit((draft) => rename(draft, huge));
  editor().commit((draft) => rename(draft, 'Third'));
  await reload();
  expect([editor().workflow.name, editor().past]).toEqual(['Third', []]);
});

it('belongs to one draft', async () => {
  editor().commit((draft) => rename(draft, 'Second'));
  const keeper = await DraftKeeper.open();
  keeper.write(editor(), null);
  const key = `voicegraph-draft-${keeper.slot}`;
  localStorage.setItem(key, (localStorage.getItem(key) ?? '').replace(/"at":\d+/, '"at":1'));
  expect((await DraftKeeper.open()).undo).toEqual({ past: [], future: [] });
});
