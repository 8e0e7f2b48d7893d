import { Autocomplete, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useCatalogue } from '@/api/queries';
import type { ActionInfo, WorkflowNode } from '@/api/types';
import { Note } from '@/app/Note';
import { useEditor } from '@/workflow/editor';
import { setParam, updateNode } from '@/workflow/ops';
import { Connections } from './Connections';
import { Field } from './form/Field';
import classes from './Panel.module.css';

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
      <Connections node={node} readOnly={readOnly} />
      <Reliability node={node} readOnly={readOnly} onChange={change} />
    </div>
  );
}

function Params({ node, action, readOnly }: Props) {
  const properties = action?.params.properties ?? {};
  const known = Object.keys(properties);
  const unknown = Object.keys(node.params).filter((name) => !known.includes(name));
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
          onChange={(value) =>
            useEditor
              .getState()
              .commit((workflow) => setParam(workflow, node.id, name, value), `${node.id}:${name}`)
          }
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
          onChange={(value) =>
            useEditor
              .getState()
              .commit((workflow) => setParam(workflow, node.id, name, value), `${node.id}:${name}`)
          }
        />
      ))}
    </>
  );
}

interface ChangeProps extends Props {
  onChange: (change: Partial<WorkflowNode>) => void;
}

/** Another action of the same service; for those that take any name, the name is typed. */
function ActionChoice({ node, action, readOnly, onChange }: ChangeProps) {
  const { data: catalogue } = useCatalogue();
  const type = catalogue?.aliases[node.type] ?? node.type;
  const siblings = (catalogue?.nodes ?? []).filter((entry) => entry.type === type);
  if (siblings.some((entry) => entry.anyName)) {
    return (
      <Autocomplete
        label="Action"
        description="One of the list, or a name of your own such as extract_meeting_dates."
        data={siblings.map((entry) => entry.action)}
        value={node.action}
        disabled={readOnly}
        onChange={(value) => {
          const name = value
            .trim()
            .toLowerCase()
            .replace(/[^a-z0-9_]+/g, '_');
          if (name) onChange({ action: name });
        }}
      />
    );
  }
  if (siblings.length < 2) return null;
  return (
    <Select
      label="Action"
      data={siblings.map((entry) => ({ value: entry.action, label: entry.title }))}
      value={node.action}
      allowDeselect={false}
      disabled={readOnly}
      onChange={(value) => {
        const next = siblings.find((entry) => entry.action === value);
        if (next)
          onChange({ action: next.action, ...(node.label === action?.title ? { label: next.title } : {}) });
      }}
    />
  );
}

function Reliability({ node, readOnly, onChange }: Omit<ChangeProps, 'action'>) {
  return (
    <section className={classes.section} aria-labelledby={`reliability-${node.id}`}>
      <h3 className={classes.sectionTitle} id={`reliability-${node.id}`}>
        How it runs
      </h3>
      <Switch
        color="gray.6"
        label="Once for each item of its input"
        description="A list, CSV rows, feed entries, else lines."
        checked={node.each ?? false}
        disabled={readOnly}
        onChange={(event) => onChange({ each: event.currentTarget.checked })}
      />
      <NumberInput
        label="Attempts"
        description="How often it is tried in all, in the background. The waits in between grow."
        placeholder="3"
        min={1}
        max={100}
        allowDecimal={false}
        value={node.retry?.attempts ?? ''}
        disabled={readOnly}
        onChange={(value) => onChange({ retry: typeof value === 'number' ? { attempts: value } : null })}
      />
      <NumberInput
        label="Time limit"
        description="Seconds one attempt may take."
        placeholder="The action's own"
        min={1}
        max={86_400}
        value={node.timeout ?? ''}
        disabled={readOnly}
        onChange={(value) => onChange({ timeout: typeof value === 'number' ? value : null })}
      />
      <Select
        label="When it fails for good"
        data={[
          { value: 'fail', label: 'The run fails' },
          { value: 'continue', label: 'Go on; the error is its output' },
        ]}
        value={node.onError ?? 'fail'}
        allowDeselect={false}
        disabled={readOnly}
        onChange={(value) => onChange({ onError: value === 'continue' ? 'continue' : 'fail' })}
      />
    </section>
  );
}
