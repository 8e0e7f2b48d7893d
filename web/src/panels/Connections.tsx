import { MultiSelect, Select } from '@mantine/core';
import type { Workflow, WorkflowEdge, WorkflowNode } from '@/api/types';
import { toast } from '@/base/toasts';
import { currentWorkflow, useEditor } from '@/workflow/editor';
import { connect, updateNode, wouldLoop } from '@/workflow/ops';
import { remove } from '@/workflow/remove';
import classes from './Panel.module.css';

interface Props {
  node: WorkflowNode;
  readOnly: boolean;
}

interface Choice {
  value: string;
  label: string;
}

/** A source as a value: the node, and for a condition the branch. */
const choiceValue = (source: string, when: boolean | null | undefined) =>
  when === null || when === undefined ? source : `${source} ${when}`;

function choicesFor(workflow: Workflow, node: WorkflowNode): Choice[] {
  return workflow.nodes
    .filter((other) => other.id !== node.id && !wouldLoop(workflow, other.id, node.id))
    .flatMap((other) => {
      const label = other.label || other.id;
      if (other.type === 'approval') {
        return [
          { value: other.id, label: `${label}: approved` },
          { value: choiceValue(other.id, false), label: `${label}: rejected` },
        ];
      }
      if (other.type !== 'condition') return [{ value: other.id, label }];
      return [true, false].map((when) => ({
        value: choiceValue(other.id, when),
        label: `${label}: ${when}`,
      }));
    });
}

/** The incoming edges as a list: the way to connect nodes without a pointer. */
export function Connections({ node, readOnly }: Props) {
  const workflow = useEditor(currentWorkflow);
  if (readOnly || workflow.nodes.length < 2) return null;
  const incoming = workflow.edges.filter((edge) => edge.target === node.id);
  const approvals = new Set(workflow.nodes.filter((other) => other.type === 'approval').map(({ id }) => id));
  const choiceOf = ({ source, when }: WorkflowEdge) =>
    choiceValue(source, approvals.has(source) && when !== false ? null : when);
  const values = incoming.map(choiceOf);

  const change = (next: string[]) => {
    const dropped = incoming.filter((edge) => !next.includes(choiceOf(edge)));
    const added = next.filter((value) => !values.includes(value));
    useEditor.getState().commit((current) => {
      let result = remove(
        current,
        [],
        dropped.map((edge) => edge.id),
      );
      for (const value of added) {
        const [source = '', branch] = value.split(' ');
        const connected = connect(result, {
          source,
          target: node.id,
          ...(branch ? { when: branch === 'true' } : {}),
        });
        if (typeof connected === 'string')
          toast('These two cannot be connected', connected, { stays: true, id: 'connect' });
        else result = connected;
      }
      return result;
    });
  };

  return (
    <section className={classes.section} aria-label="Connections">
      <MultiSelect
        label="Runs after"
        description="It starts as soon as all of these are done, with their results as its input."
        placeholder={values.length ? '' : 'Nothing: it starts the workflow'}
        data={choicesFor(workflow, node)}
        value={values}
        onChange={change}
        searchable
        hidePickedOptions
      />
      {incoming.length > 1 && <Merge node={node} />}
    </section>
  );
}

const MERGES = [
  { value: 'text', label: 'One text with a heading for each' },
  { value: 'list', label: 'A list of their outputs' },
  { value: 'first', label: 'The first that was not skipped' },
] as const;

function Merge({ node }: { node: WorkflowNode }) {
  return (
    <Select
      label="They come together as"
      data={[...MERGES]}
      value={node.merge ?? 'text'}
      allowDeselect={false}
      onChange={(value) => {
        const merge = MERGES.find((one) => one.value === value)?.value;
        useEditor
          .getState()
          .commit((workflow) =>
            updateNode(workflow, node.id, { merge: merge && merge !== 'text' ? merge : null }),
          );
      }}
    />
  );
}
