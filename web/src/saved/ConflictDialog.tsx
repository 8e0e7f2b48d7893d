import { Button, Group, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import { toJson } from '@/api/json';
import type { GraphDiff, LiveHook, LiveSchedule, Workflow } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { ago, exact } from '@/base/format';
import { Note } from '@/base/Note';
import { ACCENT, DANGER } from '@/base/theme';
import { toastError } from '@/base/toasts';
import { useUi } from '@/base/ui';
import { useMinute } from '@/base/useMinute';
import { usePhone } from '@/base/usePhone';
import { changesOf } from '@/workflow/changes';
import { useEditor } from '@/workflow/editor';
import classes from './ConflictDialog.module.css';
import { type Conflict, useConflict } from './conflict';
import { becomeNew, copyName, refreshList, saveWorkflow } from './save';

/** Somebody else saved or deleted the workflow that is being saved. Nothing is overwritten without a word. */
export function ConflictDialog() {
  const { conflict, set } = useConflict();
  const [shown, setShown] = useState(conflict);
  if (conflict && conflict !== shown) setShown(conflict); // it stays in view while the dialog closes
  const phone = usePhone();
  return (
    <Dialog
      opened={conflict !== null}
      onClose={() => set(null)}
      title={shown?.newest ? 'Saved elsewhere meanwhile' : 'Deleted elsewhere'}
      size="lg"
      fullScreen={phone}
    >
      {shown?.newest && <Newer conflict={shown} newest={shown.newest} />}
      {shown && !shown.newest && <Deleted />}
    </Dialog>
  );
}

/** One of the answers at a time. Whoever wanted to go on once it is saved goes on. */
function useAnswer() {
  const [busy, setBusy] = useState<string | null>(null);
  const answer = (name: string, work: () => Promise<boolean>) => async () => {
    const { wish } = useConflict.getState();
    setBusy(name);
    const saved = await work();
    setBusy(null);
    if (saved) wish?.();
  };
  return { busy, answer };
}

function Newer({ conflict, newest }: { conflict: Conflict; newest: NonNullable<Conflict['newest']> }) {
  const { mine } = conflict;
  const now = useMinute();
  const { busy, answer } = useAnswer();
  const theirs = useQuery({
    queryKey: ['conflict', mine.workflowId, newest.version],
    queryFn: () => api.version(mine.workflowId, newest.version),
  });
  const buttonOf = (name: string, work: () => Promise<boolean>) => ({
    loading: busy === name,
    disabled: busy !== null && busy !== name,
    onClick: answer(name, work),
  });
  return (
    <>
      <p className={classes.words}>
        “{newest.name}” was saved in another tab or by someone else{' '}
        <time dateTime={newest.savedAt} title={exact(newest.savedAt)}>
          {ago(newest.savedAt, now)}
        </time>
        , as version {newest.version}. Your changes are based on an older version and are not saved yet.
      </p>
      {theirs.isPending && <Loader size="sm" color="gray" />}
      {theirs.error && (
        <Note tone="error">The other version could not be loaded. {describe(theirs.error)}</Note>
      )}
      {theirs.data && <Changes theirs={theirs.data.workflow} mine={mine} />}
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button {...buttonOf('reload', reloadTheirs)}>Reload theirs</Button>
        <Button
          variant="filled"
          color={DANGER}
          {...buttonOf('overwrite', () => saveWorkflow(newest.version))}
        >
          Overwrite
        </Button>
        <Button variant="filled" color={ACCENT} data-autofocus {...buttonOf('both', saveCopy)}>
          Keep both
        </Button>
      </Group>
      <p className={classes.hint}>
        Keep both saves yours as a copy
        {mine.triggers.length > 0 && ', whose triggers are live or paused as yours are'}. After Reload theirs,
        Undo brings yours back. What is overwritten stays among the versions.
      </p>
    </>
  );
}

function Changes({ theirs, mine }: { theirs: Workflow; mine: Workflow }) {
  const { data, error } = useQuery({
    queryKey: ['conflict', 'diff', toJson([theirs, mine])],
    queryFn: () => api.diff(theirs, mine),
  });
  if (error) return <Note tone="error">What differs could not be found out. {describe(error)}</Note>;
  if (!data) return <Loader size="sm" color="gray" />;
  return <Differences before={theirs} after={mine} diff={data} />;
}

function Differences({ before, after, diff }: { before: Workflow; after: Workflow; diff: GraphDiff }) {
  const lines = changesOf(before, after, diff);
  return (
    <section aria-label="What differs" className={classes.changes}>
      <h3>Yours, compared with theirs</h3>
      {lines.length === 0 && <p>Only positions on the canvas differ, or settings of the workflow.</p>}
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

function Deleted() {
  const { busy, answer } = useAnswer();
  const set = useConflict((state) => state.set);
  const asNew = async () => {
    becomeNew();
    return await saveWorkflow();
  };
  return (
    <>
      <p className={classes.words}>
        The saved workflow was deleted in another tab or by someone else. What is on the canvas is still
        yours: save it as a new workflow?
      </p>
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button onClick={() => set(null)}>Not now</Button>
        <Button
          variant="filled"
          color={ACCENT}
          data-autofocus
          loading={busy !== null}
          onClick={answer('new', asNew)}
        >
          Save as new
        </Button>
      </Group>
    </>
  );
}

/** As one step: undo brings one's own back, now based on the newest version. Nothing is saved by it. */
async function reloadTheirs(): Promise<boolean> {
  const editor = useEditor.getState();
  try {
    const { workflow, version } = await api.workflow(editor.workflow.workflowId);
    editor.replace(workflow, editor.said, version);
    useConflict.getState().set(null);
    useUi.getState().set({ inspected: null });
    useUi.getState().requestFit();
    refreshList();
  } catch (error) {
    toastError('The other version could not be loaded', error);
  }
  return false;
}

/** A copy that could not be saved is none: the question stays, about the workflow as it was. */
async function saveCopy(): Promise<boolean> {
  const before = useEditor.getState();
  becomeNew();
  useEditor.setState(({ workflow }) => ({ workflow: { ...workflow, name: copyName(workflow.name) } }));
  const saved = await saveWorkflow();
  if (saved) await pauseAlike(before.workflow.workflowId, useEditor.getState().workflow.workflowId);
  else useEditor.setState(before);
  return saved;
}

/** A copy's triggers are paused as those of its original are. */
async function pauseAlike(original: string, copy: string): Promise<void> {
  try {
    await Promise.all([
      pauseThose(await api.schedules(original), await api.schedules(copy), api.pauseSchedule),
      pauseThose(await api.hooks(original), await api.hooks(copy), api.pauseHook),
    ]);
  } catch (error) {
    toastError('The triggers of the copy are live: they could not be paused as those of its original', error);
  }
  refreshList();
}

type Live = Pick<LiveSchedule | LiveHook, 'id' | 'triggerId' | 'paused'>;

async function pauseThose(
  theirs: Live[],
  mine: Live[],
  pause: (id: string) => Promise<unknown>,
): Promise<void> {
  const paused = new Set(theirs.filter((one) => one.paused).map((one) => one.triggerId));
  await Promise.all(mine.filter((one) => paused.has(one.triggerId)).map((one) => pause(one.id)));
}
