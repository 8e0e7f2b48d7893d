import { ActionIcon } from '@mantine/core';
import { IconInfoCircle, IconX } from '@tabler/icons-react';
import classes from './CommandBar.module.css';
import type { Refusal } from './usePlan';

interface Props {
  refusal: Refusal;
  onExample: (text: string) => void;
  onClose: () => void;
}

export function RefusalCard({ refusal, onExample, onClose }: Props) {
  const { message, example } = refusal;
  return (
    <div className={`${classes.card} ${classes.refusal}`} role="alert">
      <IconInfoCircle size={18} aria-hidden />
      <div className={classes.refusalWords}>
        {message}
        {example && (
          <div>
            Try:{' '}
            <button type="button" className={classes.example} onClick={() => onExample(example)}>
              {example}
            </button>
          </div>
        )}
      </div>
      <ActionIcon size="sm" aria-label="Close this message" data-esc onClick={onClose}>
        <IconX size={15} aria-hidden />
      </ActionIcon>
    </div>
  );
}
