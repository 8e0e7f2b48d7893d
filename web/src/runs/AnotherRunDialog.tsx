import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { RunLink } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { ago } from '@/base/format';
import { ACCENT } from '@/base/theme';
import { useMinute } from '@/base/useMinute';
import { openRun } from './openRun';
import { useRun } from './runStore';
import { useRunner } from './startRun';

/** Before a second run of a workflow whose last one is not over. */
export function AnotherRunDialog() {
  const going = useRunner((state) => state.going);
  const [last, setLast] = useState<RunLink | null>(going); // stays while the dialog closes
  if (going && going !== last) setLast(going);
  const now = useMinute();
  const close = () => useRunner.setState({ going: null });
  const watch = () => {
    close();
    if (going && useRun.getState().run?.id !== going.id) void openRun(going.id);
  };
  const another = () => {
    close();
    void useRunner.getState().run({ another: true });
  };
  return (
    <Dialog opened={going !== null} onClose={close} title="A run is still going">
      {last && `“${last.name}” was started ${ago(last.createdAt, now)} and is not over. `}
      Another one runs beside it, and does everything a second time.
      <Group justify="flex-end" gap="sm" mt="lg">
        <Button onClick={another}>Run another</Button>
        <Button variant="filled" color={ACCENT} onClick={watch} data-autofocus>
          Watch it
        </Button>
      </Group>
    </Dialog>
  );
}
