import { Button, Group, Popover, type PopoverProps } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import classes from './ConfirmDelete.module.css';
import { DANGER } from './theme';

interface Props {
  /** The button that asks. */
  children: (ask: () => void) => ReactNode;
  question: string;
  /** On the button that leaves all as it is, and on the one that does not. */
  keep?: string;
  confirm: string;
  position?: NonNullable<PopoverProps['position']>;
  onConfirm: () => void;
}

/** What cannot be taken back is asked about, beside the button that does it. */
export function ConfirmDelete({
  children,
  question,
  keep = 'Keep it',
  confirm,
  position = 'bottom-end',
  onConfirm,
}: Props) {
  const [asking, setAsking] = useState(false);
  const yes = () => {
    setAsking(false);
    onConfirm();
  };
  return (
    <Popover
      opened={asking}
      onChange={setAsking}
      position={position}
      withArrow
      shadow="md"
      trapFocus
      returnFocus
      width={290}
    >
      <Popover.Target>{children(() => setAsking(!asking))}</Popover.Target>
      <Popover.Dropdown>
        <p className={classes.question}>{question}</p>
        <Group gap={8} justify="flex-end">
          <Button size="xs" onClick={() => setAsking(false)} data-autofocus>
            {keep}
          </Button>
          <Button size="xs" variant="filled" color={DANGER} onClick={yes}>
            {confirm}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
