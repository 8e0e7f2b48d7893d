import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { api } from '@/api/client';
import { Tooltip } from '@/base/Tooltip';
import { toastError } from '@/base/toasts';
import { startBackground } from './startRun';

interface Props {
  runId: string;
  /** Called before the new run comes onto the canvas. */
  onStart?: () => void;
}

/** For a live run that the server broke off: the same again, where a stopped server does no harm. */
export function RunAgainButton({ runId, onStart }: Props) {
  const again = useMutation({
    mutationFn: async () => {
      const { workflow, config, transcribedText } = await api.run(runId);
      onStart?.();
      await startBackground({ workflow, config, transcribedText });
    },
    onError: (error) => toastError('The run was not started', error),
  });
  return (
    <Tooltip label="The same again, in the background: there it goes on when VoiceGraph is stopped or crashes.">
      <Button
        size="xs"
        loading={again.isPending}
        leftSection={<IconRefresh size={14} aria-hidden />}
        onClick={() => again.mutate()}
      >
        Run in Background
      </Button>
    </Tooltip>
  );
}
