import { Select, Switch, TagsInput } from '@mantine/core';
import { useCatalogue } from '@/api/queries';
import type { ActionInfo, WorkflowNode } from '@/api/types';
import { NumberField } from '@/forms/NumberField';
import classes from './Panel.module.css';

interface Props {
  node: WorkflowNode;
  action: ActionInfo | null;
  readOnly: boolean;
  onChange: (change: Partial<WorkflowNode>) => void;
}

type Retry = NonNullable<WorkflowNode['retry']>;

/** Kinds of errors the server knows; the codes of single errors may be typed too. */
const KINDS = ['any', 'timeout', 'rate_limit', 'server', 'connection'];
const CODE = /^[a-z][a-z0-9_]{0,63}$/;

/** What is set about every node, whatever it does. What is left open is shown as it will be. */
export function Reliability({ node, action, readOnly, onChange }: Props) {
  return (
    <section className={classes.section} aria-labelledby={`reliability-${node.id}`}>
      <h3 className={classes.sectionTitle} id={`reliability-${node.id}`}>
        How it runs
      </h3>
      <EachFields node={node} action={action} readOnly={readOnly} onChange={onChange} />
      <RetryFields node={node} action={action} readOnly={readOnly} onChange={onChange} />
      <NumberField
        label="Time limit"
        description="Seconds one attempt may take."
        placeholder={action?.timeout}
        min={1}
        max={86_400}
        value={node.timeout}
        disabled={readOnly}
        onChange={(timeout) => onChange({ timeout })}
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

/** Tries are a matter of background runs: a live one shows the failure at once. */
function RetryFields({ node, action, readOnly, onChange }: Props) {
  const { data: catalogue } = useCatalogue();
  const retry = node.retry ?? {};
  const change = (part: Partial<Retry>) => {
    const next = { ...retry, ...part };
    const open = Object.values(next).every((value) => value === null || value === undefined);
    onChange({ retry: open ? null : next });
  };
  const once = (retry.attempts ?? action?.attempts ?? 3) === 1;
  return (
    <>
      <NumberField
        label="Attempts"
        description="How often it is tried in all, in the background."
        placeholder={action?.attempts}
        min={1}
        max={100}
        allowDecimal={false}
        value={retry.attempts}
        disabled={readOnly}
        onChange={(attempts) => change({ attempts })}
      />
      <NumberField
        label="First wait"
        description="Seconds before the second attempt. Each wait after it is twice as long, up to half of it left to chance."
        placeholder={catalogue?.retryBase}
        min={0.1}
        max={86_400}
        value={retry.base}
        disabled={readOnly || once}
        onChange={(base) => change({ base })}
      />
      <NumberField
        label="Longest wait"
        description="Seconds a wait grows to at most."
        placeholder={catalogue?.retryCap}
        min={0.1}
        max={604_800}
        value={retry.cap}
        disabled={readOnly || once}
        onChange={(cap) => change({ cap })}
      />
      <TagsInput
        label="Try again after"
        description="Kinds of errors, or the code of one, as a failed run shows it."
        placeholder={retry.on?.length ? '' : 'Errors that may pass'}
        data={KINDS}
        value={retry.on ?? []}
        disabled={readOnly || once}
        onChange={(values) => {
          const on = values.map((value) => value.trim()).filter((value) => CODE.test(value));
          change({ on: on.length ? on : null });
        }}
      />
    </>
  );
}

/** Whether it runs once per item. Of an action that cannot, only what was set before is shown, to be switched off. */
function EachFields({ node, action, readOnly, onChange }: Props) {
  const each = node.each ?? false;
  if (action?.each === false && !each) return null;
  return (
    <>
      <Switch
        color="gray.6"
        label="Once for each item of its input"
        description="A list, CSV rows, feed entries, else lines."
        error={action?.each === false ? 'This action cannot run once per item.' : undefined}
        checked={each}
        disabled={readOnly}
        onChange={(event) =>
          onChange(event.currentTarget.checked ? { each: true } : { each: false, concurrency: null })
        }
      />
      {each && (
        <NumberField
          label="Items at a time"
          description="What waits for its next attempt does not count."
          placeholder={5}
          min={1}
          max={100}
          allowDecimal={false}
          value={node.concurrency}
          disabled={readOnly}
          onChange={(concurrency) => onChange({ concurrency })}
        />
      )}
    </>
  );
}
