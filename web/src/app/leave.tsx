import { Button, Group, Modal } from '@mantine/core';
import { create } from 'zustand';
import { DANGER } from '@/app/theme';
import { isDirty, useEditor } from '@/workflow/editor';

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
  const close = () => set(null);
  const leave = () => {
    close();
    next?.();
  };
  return (
    <Modal
      opened={next !== null}
      onClose={close}
      title="Replace unsaved work?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      The workflow on the canvas has changes that are not saved. They will be gone.
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button onClick={close} data-autofocus>
          Keep editing
        </Button>
        <Button variant="filled" color={DANGER} onClick={leave}>
          Replace it
        </Button>
      </Group>
    </Modal>
  );
}
