import { ActionIcon, Button, Code, Group, TextInput } from '@mantine/core';
import { IconCopy, IconKey } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import { keys, useHookCalls, useLiveHook } from '@/api/queries';
import type { LiveHook } from '@/api/types';
import { copyText } from '@/base/copyText';
import { exact } from '@/base/format';
import { Note } from '@/base/Note';
import { toastError } from '@/base/toasts';
import { openRun } from '@/runs/openRun';
import { useEditor } from '@/workflow/editor';
import { HookPause } from './HookPause';
import classes from './Panel.module.css';

/** The address of a saved webhook, its secret once, and the calls it got. */
export function WebhookState({ triggerId }: { triggerId: string | null | undefined }) {
  const workflowId = useEditor((state) => state.saved?.workflowId);
  const { data: hook, error } = useLiveHook(workflowId, triggerId);
  if (error)
    return <Note tone="error">The address of the webhook could not be loaded. {describe(error)}</Note>;
  if (!hook) return null;
  return (
    <>
      <Address hook={hook} />
      <HookPause hook={hook} />
      <Calls hook={hook} />
    </>
  );
}

function Address({ hook }: { hook: LiveHook }) {
  const client = useQueryClient();
  const rotate = useMutation({
    mutationFn: () => api.rotateHook(hook.id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.hooks }),
    onError: (error) => toastError('The secret was not made', error),
  });
  const secret = rotate.data?.secret;
  const curl = `curl -X POST ${hook.url} -H "Authorization: Bearer ${secret ?? '$SECRET'}" -H "content-type: application/json" -d '{"id": 7}'`;
  return (
    <section className={classes.section} aria-label="Address of the webhook">
      <Copyable label="Address" value={hook.url} />
      {secret && <Copyable label="Secret" description="Shown this once: keep it now." value={secret} />}
      {!hook.hasSecret && <Note tone="warn">It has no secret yet, so no call is let in.</Note>}
      <Group gap={8}>
        <Button
          size="xs"
          loading={rotate.isPending}
          leftSection={<IconKey size={15} aria-hidden />}
          onClick={() => rotate.mutate()}
        >
          {hook.hasSecret ? 'Rotate the secret' : 'Make a secret'}
        </Button>
      </Group>
      {hook.hasSecret && !secret && (
        <p className={classes.description}>A new secret makes the old one worthless at once.</p>
      )}
      <Group gap={8} justify="space-between">
        <h3 className={classes.sectionTitle}>Example</h3>
        <ActionIcon aria-label="Copy the example" onClick={() => void copyText(curl)}>
          <IconCopy size={16} aria-hidden />
        </ActionIcon>
      </Group>
      <Code block className={classes.wrapped}>
        {curl}
      </Code>
    </section>
  );
}

function Copyable({ label, value, description }: { label: string; value: string; description?: string }) {
  return (
    <TextInput
      label={label}
      description={description}
      value={value}
      readOnly
      onFocus={(event) => event.currentTarget.select()}
      rightSection={
        <ActionIcon aria-label={`Copy the ${label.toLowerCase()}`} onClick={() => void copyText(value)}>
          <IconCopy size={16} aria-hidden />
        </ActionIcon>
      }
    />
  );
}

function Calls({ hook }: { hook: LiveHook }) {
  const { data: calls, error } = useHookCalls(hook.id);
  return (
    <section className={classes.section} aria-label="Last calls">
      <h3 className={classes.sectionTitle}>Last calls</h3>
      {error && <Note tone="error">The calls could not be loaded. {describe(error)}</Note>}
      {calls?.length === 0 && (
        <p className={classes.description}>Nobody called yet. Try the example above.</p>
      )}
      <ul className={classes.times}>
        {calls?.map((call) => (
          <li key={`${call.at} ${call.deliveryId}`}>
            <time dateTime={call.at}>{exact(call.at)}</time> · {call.status}
            {call.deliveryId && ` · ${call.deliveryId}`}
            {call.runId ? (
              <>
                {' '}
                <Button size="compact-xs" onClick={() => void openRun(call.runId as string)}>
                  Show its run{call.runStatus ? ` (${call.runStatus})` : ''}
                </Button>
              </>
            ) : (
              ` · ${call.message}`
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
