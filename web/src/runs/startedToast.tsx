import { Button, Code } from '@mantine/core';
import { closeToast, toast } from '@/app/toasts';
import { useUi } from '@/app/ui';

/** Says that a background run is safe, and where to find it. Stays until it is closed. */
export function toastStarted(runId: string): void {
  const id = `started-${runId}`;
  const openHistory = () => {
    useUi.getState().set({ historyOpen: true });
    closeToast(id);
  };
  const message = (
    <>
      Run <Code>{runId}</Code> is saved and goes on even if you close this page.
      <Button mt={8} size="xs" display="block" onClick={openHistory}>
        Open Workflow History
      </Button>
    </>
  );
  toast('Running in the background', message, { stays: true, id });
}
