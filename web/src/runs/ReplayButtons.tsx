import { ActionIcon, Button, Menu } from '@mantine/core';
import {
  IconAdjustments,
  IconCloudUp,
  IconPlayerPlay,
  IconRepeat,
  IconRotateClockwise2,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReplayRequest } from '@/api/client';
import type { RunSummary } from '@/api/types';
import { Tooltip } from '@/base/Tooltip';
import { ACCENT } from '@/base/theme';
import { ReplayDialog } from './ReplayDialog';
import { replay } from './replayRun';

type Way = Omit<ReplayRequest, 'workflow'>;

interface Origin {
  id: string;
  engine: RunSummary['engine'];
}

/** As the run itself ran. */
export const modeOf = (run: Origin): Way['mode'] => (run.engine === 'live' ? 'live' : 'background');

/** On a run that failed: go on where it broke, once the cause is mended. */
export function ReplayFailedButton({ run, size = 'sm' }: { run: Origin; size?: 'xs' | 'sm' }) {
  const again = useMutation({ mutationFn: () => replay(run.id, { from: 'failed', mode: modeOf(run) }) });
  return (
    <Tooltip label="What was done before is reused and not done again.">
      <Button
        size={size}
        variant="filled"
        color={ACCENT}
        loading={again.isPending}
        leftSection={<IconRotateClockwise2 size={15} aria-hidden />}
        onClick={() => again.mutate()}
      >
        Replay from the failed node
      </Button>
    </Tooltip>
  );
}

interface Props {
  run: Origin;
  /** What the run is called in the button's name; an icon alone where there is little room. */
  said?: string;
}

/** Every way to run the whole again. */
export function ReplayMenu({ run, said }: Props) {
  const [editing, setEditing] = useState(false);
  const start = (way: Way) => void replay(run.id, way, said);
  return (
    <>
      <Menu position="top-end" withinPortal>
        <Menu.Target>
          {said === undefined ? (
            <Button leftSection={<IconRepeat size={15} aria-hidden />}>Replay</Button>
          ) : (
            <ActionIcon aria-label={`Replay “${said}”`} title="Replay">
              <IconRepeat size={16} aria-hidden />
            </ActionIcon>
          )}
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlayerPlay size={15} />} onClick={() => start({ mode: 'live' })}>
            Replay live
          </Menu.Item>
          <Menu.Item leftSection={<IconCloudUp size={15} />} onClick={() => start({ mode: 'background' })}>
            Replay in the background
          </Menu.Item>
          <Menu.Item leftSection={<IconAdjustments size={15} />} onClick={() => setEditing(true)}>
            Change its values first…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {editing && <ReplayDialog run={run} {...(said ? { said } : {})} onClose={() => setEditing(false)} />}
    </>
  );
}
