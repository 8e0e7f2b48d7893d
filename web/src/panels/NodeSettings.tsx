import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Json } from '@/api/json';
import type { ActionInfo, WorkflowNode } from '@/api/types';
import { Note } from '@/base/Note';
import { Field } from '@/forms/Field';
import { useSettled } from '@/forms/useCheck';
import { useEditor } from '@/workflow/editor';
import { setParam, updateNode } from '@/workflow/ops';
import { ActionChoice } from './ActionChoice';
import { Connections } from './Connections';
import { OutsideTarget } from './OutsideTarget';
import classes from './Panel.module.css';
import { PinnedOutput } from './PinnedOutput';
import { useParamProblems } from './paramProblems';
import { Reliability } from './Reliability';

interface Props {
  node: WorkflowNode;
  action: ActionInfo | null;
  readOnly: boolean;
}

/** Everything that can be set about a node, in the order a reader asks for it. */
export function NodeSettings({ node, action, readOnly }: Props) {
  const change = (part: Partial<WorkflowNode>) => {
    const key = `${node.id}.${Object.keys(part).join()}`;
    useEditor.getState().commit((workflow) => updateNode(workflow, node.id, part), key);
  };
  return (
    <div className={classes.form}>
      {action?.requires && (
        <Note tone="warn" title="Not set up on the server">
          {action.requires}
        </Note>
      )}
      {action?.description && <p className={classes.description}>{action.description}</p>}
      <TextInput
        label="Label"
        value={node.label}
        maxLength={200}
        disabled={readOnly}
        placeholder={action?.title}
        onChange={(event) => change({ label: event.currentTarget.value })}
      />
      <ActionChoice node={node} action={action} readOnly={readOnly} onChange={change} />
      <Params node={node} action={action} readOnly={readOnly} />
      <OutsideTarget node={node} action={action} readOnly={readOnly} onChange={change} />
      <Connections node={node} readOnly={readOnly} />
      <Reliability node={node} action={action} readOnly={readOnly} onChange={change} />
      <PinnedOutput node={node} readOnly={readOnly} onChange={change} />
    </div>
  );
}

const EMPTIED = 'This is needed. While it is empty, it is asked for before each run.';

function Params({ node, action, readOnly }: Props) {
  const properties = action?.params.properties ?? {};
  const known = Object.keys(properties);
  const unknown = Object.keys(node.params).filter((name) => !known.includes(name));
  const problems = useParamProblems(node, !readOnly);
  const settled = useSettled(node.params);
  // What is empty from the start is asked for before a run, and is no mistake yet.
  const [filled, setFilled] = useState<readonly string[]>([]);
  const change = (name: string) => (value: Json | undefined) => {
    if (node.params[name] !== undefined && !filled.includes(name)) setFilled([...filled, name]);
    useEditor.getState().commit((workflow) => setParam(workflow, node.id, name, value), `${node.id}:${name}`);
  };
  const problemOf = (name: string) => {
    const emptied = settled && node.params[name] === undefined && filled.includes(name);
    return problems.get(name) ?? (emptied && action?.params.required?.includes(name) ? EMPTIED : undefined);
  };
  if (known.length + unknown.length === 0) return null;
  return (
    <>
      {known.map((name) => (
        <Field
          key={name}
          name={name}
          schema={properties[name] ?? {}}
          root={action?.params}
          value={node.params[name]}
          required={action?.params.required?.includes(name)}
          disabled={readOnly}
          error={problemOf(name)}
          onChange={change(name)}
        />
      ))}
      {unknown.map((name) => (
        <Field
          key={name}
          name={name}
          schema={{}}
          description="This action does not know this value."
          value={node.params[name]}
          disabled={readOnly}
          onChange={change(name)}
        />
      ))}
    </>
  );
}
