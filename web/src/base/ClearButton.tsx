import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';

interface Props {
  label: string;
  onClear: () => void;
}

/** At the end of a field that filters a list, while something is typed there. Esc in the field presses it (shell/escape.ts). */
export function ClearButton({ label, onClear }: Props) {
  return (
    <ActionIcon size="sm" aria-label={label} data-clears-field onClick={onClear}>
      <IconX size={14} aria-hidden />
    </ActionIcon>
  );
}
