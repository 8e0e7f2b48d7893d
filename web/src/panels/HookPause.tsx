import { Button, Group } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/queries';
import type { LiveHook } from '@/api/types';
import { toastError } from '@/base/toasts';
import classes from './Panel.module.css';

/** Whether a webhook's calls start runs, and the button that changes it. */
export function HookPause({ hook }: { hook: LiveHook }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => (hook.paused ? api.resumeHook(hook.id) : api.pauseHook(hook.id)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.hooks }),
    onError: (error) => toastError(`The webhook was not ${hook.paused ? 'resumed' : 'paused'}`, error),
  });
  const Icon = hook.paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <section className={classes.section} aria-label="State of the webhook">
      <h3 className={classes.sectionTitle}>{hook.paused ? 'Paused' : 'Active'}</h3>
      <Group gap={8}>
        <Button
          size="xs"
          loading={change.isPending}
          leftSection={<Icon size={15} aria-hidden />}
          onClick={() => change.mutate()}
        >
          {hook.paused ? 'Resume' : 'Pause'}
        </Button>
      </Group>
      {hook.paused && (
        <p className={classes.description}>Calls are refused and listed below; none is made up for.</p>
      )}
    </section>
  );
}
