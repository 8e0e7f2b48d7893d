import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '@/base/Dialog';
import { ACCENT, DANGER } from '@/base/theme';
import { useLeave } from '@/workflow/confirmLeaving';
import { useConflict } from './conflict';
import { saveWorkflow } from './save';

export function LeaveDialog() {
  const { next, set } = useLeave();
  const [saving, setSaving] = useState(false);
  const close = () => set(null);
  const leave = () => {
    close();
    next?.();
  };
  const saveFirst = async () => {
    setSaving(true);
    const saved = await saveWorkflow();
    setSaving(false);
    if (saved) return leave();
    // Why it was not saved is said elsewhere, and comes first. A conflict is answered, and then it goes on.
    close();
    if (next && useConflict.getState().conflict) useConflict.setState({ wish: next });
  };
  return (
    <Dialog opened={next !== null} onClose={close} title="Replace unsaved work?">
      The workflow on the canvas has changes that are not saved. Save them first, or they are replaced.
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button onClick={close}>Keep editing</Button>
        <Button variant="filled" color={DANGER} disabled={saving} onClick={leave}>
          Replace it
        </Button>
        <Button
          variant="filled"
          color={ACCENT}
          loading={saving}
          onClick={() => void saveFirst()}
          data-autofocus
        >
          Save first
        </Button>
      </Group>
    </Dialog>
  );
}
