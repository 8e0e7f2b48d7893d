import { Button, Switch } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useInfo } from '@/api/queries';
import { Tooltip } from '@/base/Tooltip';
import { ACCENT } from '@/base/theme';
import { useUi } from '@/base/ui';
import { useRun } from '@/runs/runStore';
import { liveOnCanvas, useRunner } from '@/runs/startRun';
import { useEditor } from '@/workflow/editor';
import classes from './CommandBar.module.css';

/** The run button and, beside it, where the run goes. */
export function RunControls() {
  const { background, setBackground } = useUi();
  const { data: info } = useInfo();
  const { run, stop, starting, stopping } = useRunner();
  const live = useRun((state) => liveOnCanvas(state) !== null);
  const proposed = useEditor((state) => state.proposal !== null);
  const engine = info ? ` Engine: ${info.engine.title}.` : '';
  const meaning = `On: the run is saved first, retries by itself and goes on when this page is closed or the server restarts.${engine} Off: it runs live in front of you, without retries.`;
  return (
    <div className={classes.run}>
      <Tooltip label={meaning}>
        <Switch
          size="sm"
          color={ACCENT}
          label="Background Execution"
          checked={background}
          onChange={(event) => setBackground(event.currentTarget.checked)}
          aria-description={meaning}
        />
      </Tooltip>
      <Tooltip label={live ? 'Stop this run' : 'Ctrl+Enter'}>
        {live ? (
          <Button
            radius="md"
            loading={stopping}
            leftSection={<IconPlayerStopFilled size={15} aria-hidden />}
            // The second click of a double click on Run is not for Stop, which stands there by then.
            onClick={(event) => event.detail < 2 && void stop()}
          >
            Stop
          </Button>
        ) : (
          <Button
            variant={proposed ? 'default' : 'filled'}
            color={proposed ? 'gray' : ACCENT}
            radius="md"
            loading={starting}
            leftSection={<IconPlayerPlayFilled size={15} aria-hidden />}
            onClick={() => void run()}
          >
            {background ? 'Run in Background' : 'Run Workflow'}
          </Button>
        )}
      </Tooltip>
    </div>
  );
}
