import { Autocomplete, Select } from '@mantine/core';
import { useCatalogue } from '@/api/queries';
import type { ActionInfo, WorkflowNode } from '@/api/types';

interface Props {
  node: WorkflowNode;
  action: ActionInfo | null;
  readOnly: boolean;
  onChange: (change: Partial<WorkflowNode>) => void;
}

/** Another action of the same service; for those that take any name, the name is typed. */
export function ActionChoice({ node, action, readOnly, onChange }: Props) {
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
