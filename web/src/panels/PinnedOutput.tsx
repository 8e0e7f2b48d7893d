import { Button, Select, Textarea } from '@mantine/core';
import { IconPin, IconPinnedOff } from '@tabler/icons-react';
import type { Json } from '@/api/json';
import type { WorkflowNode } from '@/api/types';
import { JsonField } from '@/forms/JsonField';
import classes from './Panel.module.css';

interface Props {
  node: WorkflowNode;
  readOnly: boolean;
  onChange: (change: Partial<WorkflowNode>) => void;
}

/** Of the types of nodes that choose a branch: which way the runs go that use the pinned output. */
const BRANCHES: Record<string, { value: string; label: string }[]> = {
  condition: [
    { value: 'true', label: 'true' },
    { value: 'false', label: 'false' },
  ],
  approval: [
    { value: 'true', label: 'approved' },
    { value: 'false', label: 'rejected' },
  ],
};

/** An output that is given instead of running the node, in runs that a person starts. */
export function PinnedOutput({ node, readOnly, onChange }: Props) {
  const { pin } = node;
  if (!pin && readOnly) return null;
  const heading = `pin-${node.id}`;
  const branches = BRANCHES[node.type];
  const branch = pin?.branch ?? null;
  return (
    <section className={classes.section} aria-labelledby={heading}>
      <h3 className={classes.sectionTitle} id={heading}>
        Pinned output
      </h3>
      <p className={classes.description}>
        Runs you start use it instead of running the node. Schedules and webhooks run the node, always.
      </p>
      {pin ? (
        <>
          <Textarea
            label="Text"
            autosize
            minRows={2}
            maxRows={12}
            disabled={readOnly}
            value={pin.text ?? ''}
            onChange={(event) => onChange({ pin: { ...pin, text: event.currentTarget.value } })}
          />
          <JsonField
            label="Data"
            required={false}
            disabled={readOnly}
            value={pin.data as Json}
            onChange={(data) => onChange({ pin: { ...pin, data: data ?? null } })}
          />
          {branches && (
            <Select
              label="Branch"
              required
              placeholder="Choose one"
              data={branches}
              allowDeselect={false}
              disabled={readOnly}
              error={branch === null ? 'Choose the branch that runs take.' : null}
              value={branch === null ? null : String(branch)}
              onChange={(value) => onChange({ pin: { ...pin, branch: value === 'true' } })}
            />
          )}
          {!readOnly && (
            <Button
              leftSection={<IconPinnedOff size={15} aria-hidden />}
              onClick={() => onChange({ pin: null })}
            >
              Unpin
            </Button>
          )}
        </>
      ) : (
        <Button
          leftSection={<IconPin size={15} aria-hidden />}
          onClick={() => onChange({ pin: { text: '', branch: null } })}
        >
          Pin an output
        </Button>
      )}
    </section>
  );
}
