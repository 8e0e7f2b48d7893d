import { ActionIcon, SegmentedControl } from '@mantine/core';
import { IconTrash, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useCatalogue } from '@/api/queries';
import { Tooltip } from '@/base/Tooltip';
import { useUi } from '@/base/ui';
import { useShownGraph } from '@/canvas/shownGraph';
import { withAnswers } from '@/runs/runAnswers';
import { useNodeResult, useRun } from '@/runs/runStore';
import { StatusMark } from '@/runs/StatusMark';
import { iconFor } from '@/workflow/actionIcons';
import { findAction, titleOf } from '@/workflow/describe';
import { useEditor } from '@/workflow/editor';
import { remove } from '@/workflow/remove';
import { triggerIndex } from '@/workflow/triggerIds';
import { NodeData } from './NodeData';
import { NodeReplay } from './NodeReplay';
import { NodeSettings } from './NodeSettings';
import classes from './Panel.module.css';
import { TriggerPanel } from './TriggerPanel';

/** Beside the canvas: what is selected, as a form, and what a run made of it. */
export function NodePanel() {
  const inspected = useUi((state) => state.inspected);
  const view = useShownGraph();
  const index = inspected === null ? null : triggerIndex(inspected);
  const there =
    index === null ? view.nodes.some((node) => node.id === inspected) : view.triggers[index] !== undefined;
  useEffect(() => {
    if (!there) useUi.getState().inspect(null); // undone, deleted, or of another workflow: nothing to show
  }, [there]);
  if (inspected === null || !there) return null;
  return index === null ? (
    <StepPanel key={inspected} id={inspected} />
  ) : (
    <TriggerPanel key={inspected} index={index} />
  );
}

type Tab = 'settings' | 'data';

function StepPanel({ id }: { id: string }) {
  const view = useShownGraph();
  const { data: catalogue } = useCatalogue();
  const result = useNodeResult(id);
  const [chosen, setChosen] = useState<Tab | null>(null);
  const config = useRun((state) => (state.readOnly ? state.run?.config : undefined));
  const drawn = view.nodes.find((candidate) => candidate.id === id);
  if (!drawn) return null;

  const action = findAction(catalogue, drawn);
  const node = config ? withAnswers(drawn, action, config) : drawn; // a run's form has what the run was given
  const readOnly = view.readOnly || view.nodeMarks.get(id) === 'removed';
  // Whoever opens a node of a run looks for what it made; one that never ran has only its form.
  const ran = result && result.status !== 'pending' && (readOnly || result.status !== 'skipped');
  const tab = result ? (chosen ?? (ran ? 'data' : 'settings')) : 'settings';
  const Icon = iconFor(node.type);
  const close = () => useUi.getState().inspect(null);
  const deleteNode = () => {
    useEditor.getState().commit((workflow) => remove(workflow, [id], []));
    close();
  };

  return (
    <aside
      className={classes.panel}
      data-wide={tab === 'data' || undefined}
      aria-label={`Node: ${titleOf(node, action)}`}
    >
      <header className={classes.header}>
        <Icon size={20} stroke={1.6} aria-hidden className={classes.icon} />
        <div className={classes.heading}>
          <h2 className={classes.title}>{titleOf(node, action)}</h2>
          <div className={classes.subtitle}>
            {node.type} · {node.action}
          </div>
        </div>
        {result && <StatusMark status={result.status} />}
        {!readOnly && (
          <Tooltip label="Delete this node (Del)">
            <ActionIcon aria-label="Delete this node" onClick={deleteNode}>
              <IconTrash size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <ActionIcon aria-label="Close the panel" onClick={close}>
          <IconX size={18} aria-hidden />
        </ActionIcon>
      </header>
      {result && (
        <div className={classes.tabs}>
          <SegmentedControl
            size="xs"
            fullWidth
            value={tab}
            onChange={(value) => setChosen(value as Tab)}
            data={[
              { value: 'settings', label: 'Settings' },
              { value: 'data', label: 'Input & output' },
            ]}
            aria-label="What the panel shows"
          />
        </div>
      )}
      {result && <NodeReplay node={node} result={result} readOnly={view.readOnly} />}
      <div className={classes.body}>
        {tab === 'settings' ? (
          <NodeSettings node={node} action={action} readOnly={readOnly} />
        ) : (
          <NodeData node={node} workflow={view.workflow} />
        )}
      </div>
    </aside>
  );
}
