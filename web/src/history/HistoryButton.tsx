import { Button } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useRunning } from '@/api/queries';
import { useUi } from '@/base/ui';
import classes from './HistoryButton.module.css';

export function HistoryButton() {
  const { data: running = 0 } = useRunning();
  return (
    <Button
      className={classes.button}
      radius="xl"
      leftSection={<IconHistory size={17} aria-hidden />}
      rightSection={
        running > 0 ? (
          <span className={classes.badge}>
            {running.toLocaleString('en')}
            <span className="sr-only"> running</span>
          </span>
        ) : undefined
      }
      onClick={() => useUi.getState().set({ historyOpen: true })}
    >
      Workflow History
    </Button>
  );
}
