import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { create } from 'zustand';
import { ACCENT, DANGER } from '@/app/theme';
import { isDirty, useEditor } from '@/workflow/editor';
import { useConflict } from './conflict';
import { Dialog } from './Dialog';
import { saveWorkflow } from './save';

interface LeaveState {
  next: (() => void) | null;
  set: (next: (() => void) | null) => void;
}

const useLeave = create<LeaveState>()((set) => ({ next: null, set: (next) => set({ next }) }));

/** Do `next` now, or after a question when unsaved work would be replaced. */
export function confirmLeaving(next: () => void): void {
  if (isDirty(useEditor.getState())) useLeave.getState().set(next);
  else next();
}

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
