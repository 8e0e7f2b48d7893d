import { NumberInput, Select, Switch } from '@mantine/core';
import type { WorkflowNode } from '@/api/types';
import classes from './Panel.module.css';

interface Props {
  node: WorkflowNode;
  readOnly: boolean;
  onChange: (change: Partial<WorkflowNode>) => void;
}

/** What is set about every node, whatever it does. */
export function Reliability({ node, readOnly, onChange }: Props) {
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
