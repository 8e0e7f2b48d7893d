import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workflow } from '@/test/fakes';
import { wholeDiff } from './diff';
import { DraftKeeper } from './draft';
import { useEditor } from './editor';

function stateWith(name: string) {
  useEditor.getState().open(workflow(['a'], [], { name }), { said: name });
  return useEditor.getState();
}

describe('unsaved work', () => {
  it('is there again after a reload', async () => {
    const before = await DraftKeeper.open();
    expect(before.kept).toBeNull();
    before.write(stateWith('Mine'), 'run_1');
    const after = await DraftKeeper.open(); // sessionStorage lives on, as in a reload
    expect(after.kept).toMatchObject({ said: 'Mine', runId: 'run_1' });
    expect(after.kept?.workflow.name).toBe('Mine');
  });

  it('is not what was looked at over it', async () => {
    const old = workflow(['b'], [], { name: 'Old' });
    const keeper = await DraftKeeper.open();
    stateWith('Mine').proposeVersion(1, 'Version 1.', old, wholeDiff(old));
    keeper.write(useEditor.getState(), null);
    const { kept } = await DraftKeeper.open();
    expect([kept?.workflow.name, kept?.proposal]).toEqual(['Mine', null]);
  });

  it('survives what it cannot read', async () => {
    const keeper = await DraftKeeper.open();
    localStorage.setItem(`voicegraph-draft-${keeper.slot}`, '{broken');
    expect((await DraftKeeper.open()).kept).toBeNull();
  });
});

describe('two tabs', () => {
  it('never write into one slot', async () => {
    const held = new Set<string>();
    Object.defineProperty(navigator, 'locks', {
      configurable: true,
      value: {
        // Grants each name once and never gives it back, as a page that stays open does.
        request: async (name: string, _options: unknown, use: (lock: object | null) => unknown) => {
          use(held.has(name) ? null : {});
          held.add(name);
        },
      },
    });
    try {
      const first = await DraftKeeper.open();
      first.write(stateWith('First'), null);
      const duplicate = await DraftKeeper.open(); // same sessionStorage: a duplicated tab
      expect(duplicate.slot).not.toBe(first.slot);
      expect(duplicate.kept?.workflow.name).toBe('First');

      sessionStorage.clear(); // a tab opened by hand
      const fresh = await DraftKeeper.open();
      expect(fresh.kept).toBeNull();

      held.clear(); // all closed
      sessionStorage.clear();
      expect((await DraftKeeper.open()).kept?.workflow.name).toBe('First');
    } finally {
      Reflect.deleteProperty(navigator, 'locks');
    }
  });
});

describe('a closed tab', () => {
  // Its locks are free.
  const request = async (_name: string, _options: unknown, use: (lock: object) => unknown) => void use({});
  beforeEach(() => Object.defineProperty(navigator, 'locks', { configurable: true, value: { request } }));
  afterEach(() => Reflect.deleteProperty(navigator, 'locks'));

  /** One that has the workflow open as it is saved, or changed. */
  async function closed(workflowId: string, name: string): Promise<void> {
    sessionStorage.clear();
    const saved = workflow(['a'], [], { workflowId, name: 'Saved' });
    useEditor.getState().open({ ...saved, name }, { saved, version: 1 });
    (await DraftKeeper.open(workflowId)).write(useEditor.getState(), null);
    sessionStorage.clear();
  }

  it('leaves its unsaved work to the next one, also where a later one had none', async () => {
    await closed('w-1', 'Changed');
    await closed('w-2', 'Saved');
    expect((await DraftKeeper.open()).kept?.workflow.name).toBe('Changed');
  });

  it('leaves it to the one that opens that workflow, and to no other', async () => {
    await closed('w-1', 'Changed');
    expect((await DraftKeeper.open('w-2')).kept).toBeNull();
    sessionStorage.clear();
    expect((await DraftKeeper.open('w-1')).kept?.workflow.name).toBe('Changed');
    await closed('w-2', 'Saved');
    expect((await DraftKeeper.open('w-2')).kept).toBeNull();
  });
});
