import { Switch } from '@mantine/core';
import type { Json } from '@/api/json';
import { toJson } from '@/api/json';
import type { ActionInfo, WorkflowNode } from '@/api/types';

interface Props {
  node: WorkflowNode;
  action: ActionInfo | null;
  readOnly: boolean;
  onChange: (change: Partial<WorkflowNode>) => void;
}

/** Asked of a node whose address, channel or the like is filled in from what comes in, and of no other. */
export function OutsideTarget({ node, action, readOnly, onChange }: Props) {
  const allowed = node.allowOutsideTarget ?? false;
  if (!allowed && !fillsTarget(node, action)) return null;
  return (
    <Switch
      color="gray.6"
      label="Let content say where this goes"
      description="Fetched text or a model’s answer may fill in whom or what this node reaches. Whoever writes that text then decides it."
      checked={allowed}
      disabled={readOnly}
      onChange={(event) => onChange({ allowOutsideTarget: event.currentTarget.checked })}
    />
  );
}

function fillsTarget(node: WorkflowNode, action: ActionInfo | null): boolean {
  return Object.entries(action?.params.properties ?? {}).some(
    ([name, schema]) =>
      schema['x-target'] !== undefined && schema['x-target'] !== 'link' && holdsTemplate(node.params[name]),
  );
}

function holdsTemplate(value: Json | undefined): boolean {
  return /\{\{|\{%|\{input\}/.test(toJson(value ?? ''));
}
