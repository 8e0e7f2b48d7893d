import { Autocomplete } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSavedWorkflows } from '@/api/queries';

interface Props {
  label: ReactNode;
  description?: ReactNode;
  required: boolean;
  disabled: boolean;
  error?: ReactNode;
  value: string;
  onChange: (value: string) => void;
}

/** A saved workflow by its name. A template, or an id, can be typed as well. */
export function WorkflowField({ value, onChange, ...common }: Props) {
  const { data: saved = [] } = useSavedWorkflows(!common.disabled);
  const names = [...new Set(saved.map(({ name }) => name))];
  return (
    <Autocomplete
      {...common}
      placeholder="Choose a saved workflow"
      data={names}
      value={value}
      onChange={onChange}
    />
  );
}
