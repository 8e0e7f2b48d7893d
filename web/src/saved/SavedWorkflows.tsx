import { ActionIcon, Skeleton, TextInput } from '@mantine/core';
import { IconCheck, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { serverNow } from '@/api/clock';
import { describe } from '@/api/http';
import { useSavedWorkflows } from '@/api/queries';
import type { SavedWorkflow } from '@/api/types';
import { onPlainClick, workflowPath } from '@/base/address';
import { ConfirmDelete } from '@/base/ConfirmDelete';
import { Dialog } from '@/base/Dialog';
import { ago, exact } from '@/base/format';
import { Tooltip } from '@/base/Tooltip';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { confirmLeaving } from '@/workflow/confirmLeaving';
import { useEditor } from '@/workflow/editor';
import classes from './SavedWorkflows.module.css';
import { deleteWorkflow, noteIfMissing, openWorkflow, renameWorkflow } from './save';

export function SavedWorkflows() {
  const open = useUi((state) => state.dialog === 'open-workflow');
  const phone = usePhone();
  const { data: workflows, error } = useSavedWorkflows(open, true);
  const shown = useEditor((state) => state.saved?.workflowId);
  const missing = open && workflows?.every((workflow) => workflow.id !== shown) ? shown : undefined;
  useEffect(() => {
    if (missing !== undefined) void noteIfMissing(missing);
  }, [missing]);
  return (
    <Dialog
      opened={open}
      onClose={() => useUi.getState().set({ dialog: null })}
      title="Saved workflows"
      fullScreen={phone}
      size="lg"
    >
      {error && <p role="alert">The list could not be loaded. {describe(error)}</p>}
      {!workflows && !error && <Skeleton h={56} />}
      {workflows?.length === 0 && (
        <p className={classes.empty}>Nothing is saved yet. Save a workflow with Ctrl+S.</p>
      )}
      <ul className={classes.list}>
        {workflows?.map((workflow) => (
          <Row key={workflow.id} workflow={workflow} />
        ))}
      </ul>
    </Dialog>
  );
}

function Row({ workflow }: { workflow: SavedWorkflow }) {
  const [renaming, setRenaming] = useState(false);
  if (renaming) return <Rename workflow={workflow} onDone={() => setRenaming(false)} />;
  const open = () => {
    useUi.getState().set({ dialog: null });
    confirmLeaving(() => void openWorkflow(workflow.id));
  };
  return (
    <li className={classes.row}>
      <a href={workflowPath(workflow.id)} className={classes.open} onClick={onPlainClick(open)}>
        <span className={classes.name}>{workflow.name}</span>
        <span className={classes.facts}>
          {workflow.nodeCount} {workflow.nodeCount === 1 ? 'node' : 'nodes'} · saved{' '}
          <time dateTime={workflow.updatedAt} title={exact(workflow.updatedAt)}>
            {ago(workflow.updatedAt, serverNow())}
          </time>
        </span>
      </a>
      <Tooltip label="Rename">
        <ActionIcon aria-label={`Rename “${workflow.name}”`} onClick={() => setRenaming(true)}>
          <IconPencil size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Delete workflow={workflow} />
    </li>
  );
}

function Rename({ workflow, onDone }: { workflow: SavedWorkflow; onDone: () => void }) {
  const [name, setName] = useState(workflow.name);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && name !== workflow.name) await renameWorkflow(workflow.id, name.trim());
    onDone();
  };
  return (
    <li className={classes.row}>
      <form onSubmit={submit} className={classes.rename}>
        <TextInput
          flex={1}
          aria-label="New name"
          value={name}
          maxLength={200}
          autoFocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ActionIcon type="submit" aria-label="Confirm the rename">
          <IconCheck size={17} aria-hidden />
        </ActionIcon>
      </form>
    </li>
  );
}

function Delete({ workflow }: { workflow: SavedWorkflow }) {
  const remove = useMutation({ mutationFn: () => deleteWorkflow(workflow.id) });
  return (
    <ConfirmDelete
      question={`Delete “${workflow.name}” for good? Its past runs stay in the history.`}
      confirm="Delete workflow"
      onConfirm={remove.mutate}
    >
      {(ask) => (
        <Tooltip label="Delete">
          <ActionIcon aria-label={`Delete “${workflow.name}”`} loading={remove.isPending} onClick={ask}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </ConfirmDelete>
  );
}
