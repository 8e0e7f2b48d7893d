import { Select } from '@mantine/core';
import { describe } from '@/api/http';
import { useSavedWorkflows } from '@/api/queries';
import type { Workflow } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { useUi } from '@/base/ui';
import { usePhone } from '@/base/usePhone';
import { useShownGraph } from '@/canvas/shownGraph';
import { NumberField } from '@/forms/NumberField';
import { useEditor } from '@/workflow/editor';
import { NotifySettings } from './NotifySettings';
import classes from './Panel.module.css';

type Policies = Pick<Workflow, 'timeout' | 'errorWorkflow' | 'concurrency' | 'notify'>;

/** What is set about the workflow as a whole: how its runs end, and how many there are at a time. */
export function WorkflowSettings() {
  const open = useUi((state) => state.dialog === 'workflow-settings');
  const phone = usePhone();
  return (
    <Dialog
      opened={open}
      onClose={() => useUi.getState().set({ dialog: null })}
      title="Workflow settings"
      fullScreen={phone}
    >
      <div className={classes.form}>
        <Fields />
      </div>
    </Dialog>
  );
}

function Fields() {
  const { workflow, readOnly } = useShownGraph(); // of a past run, what held for it
  const change = (part: Policies) =>
    useEditor
      .getState()
      .commit((current) => ({ ...current, ...part }), `workflow.${Object.keys(part).join()}`);
  return (
    <>
      <NumberField
        label="Time limit of a run"
        description="Seconds, waits included. A run that takes longer is stopped and has failed."
        placeholder="None"
        min={1}
        max={31_622_400}
        value={workflow.timeout}
        disabled={readOnly}
        onChange={(timeout) => change({ timeout })}
      />
      <NumberField
        label="Runs at a time"
        description="More wait in the queue until one of them is over."
        placeholder="As many as the server takes"
        min={1}
        max={10_000}
        allowDecimal={false}
        value={workflow.concurrency}
        disabled={readOnly}
        onChange={(concurrency) => change({ concurrency })}
      />
      <ErrorWorkflow workflow={workflow} readOnly={readOnly} onChange={change} />
      <NotifySettings value={workflow.notify} readOnly={readOnly} onChange={(notify) => change({ notify })} />
    </>
  );
}

interface ErrorWorkflowProps {
  workflow: Workflow;
  readOnly: boolean;
  onChange: (part: Policies) => void;
}

function ErrorWorkflow({ workflow, readOnly, onChange }: ErrorWorkflowProps) {
  const { data: saved, error } = useSavedWorkflows(true);
  const others = (saved ?? []).filter((one) => one.id !== workflow.workflowId);
  const chosen = workflow.errorWorkflow ?? null;
  const gone = chosen !== null && saved !== undefined && !others.some((one) => one.id === chosen);
  const data = others.map((one) => ({ value: one.id, label: one.name }));
  if (chosen !== null && !others.some((one) => one.id === chosen))
    data.push({ value: chosen, label: gone ? `${chosen} (deleted)` : chosen });
  const problem = error ? `The saved workflows could not be loaded. ${describe(error)}` : null;
  return (
    <Select
      label="When a run fails, start"
      description="A saved workflow. Its input says what failed, where and why; the parts are {{ trigger.run.name }}, {{ trigger.error.message }}."
      placeholder="Nothing"
      data={data}
      value={chosen}
      error={gone ? 'This workflow is not saved any more. Choose another one.' : problem}
      clearable
      searchable
      nothingFoundMessage="No saved workflow has this name."
      clearButtonProps={{ 'aria-label': 'Start nothing' }}
      disabled={readOnly}
      onChange={(errorWorkflow) => onChange({ errorWorkflow })}
    />
  );
}
