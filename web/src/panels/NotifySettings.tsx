import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import type { Notify } from '@/api/types';
import classes from './Panel.module.css';

type Kind = NonNullable<Notify['on']>[number];

const KINDS: { value: Kind; label: string }[] = [
  { value: 'failed', label: 'when a run has failed' },
  { value: 'completed', label: 'when a run has completed' },
  { value: 'waiting', label: 'when a run waits for approval' },
];
const OWN: Notify = { on: ['failed'], email: null, mail: true, chat: true };

interface Props {
  value: Notify | null | undefined;
  readOnly: boolean;
  onChange: (value: Notify | null) => void;
}

/** Who hears of the runs of this workflow; a test that really sends; what could not be sent. */
export function NotifySettings({ value, readOnly, onChange }: Props) {
  const { data, error } = useQuery({ queryKey: ['notifications'], queryFn: api.notifications, staleTime: 0 });
  const trial = useMutation({ mutationFn: () => api.testNotifications(value ?? null) });
  const [mail, chat] = data?.channels ?? [];
  const general = data ? ` (${data.on.join(', ') || 'never'})` : '';
  const change = (part: Partial<Notify>) => value && onChange({ ...value, ...part });
  const on = value?.on ?? [];
  const failed = data?.messages.find((message) => message.state === 'failed');
  return (
    <section className={classes.section} aria-label="Notifications">
      <h3 className={classes.sectionTitle}>Notifications</h3>
      <Select
        label="Who hears of background runs"
        data={[
          { value: 'general', label: `As set on the server${general}` },
          { value: 'own', label: 'As set here' },
        ]}
        value={value ? 'own' : 'general'}
        allowDeselect={false}
        disabled={readOnly}
        onChange={(chosen) => onChange(chosen === 'own' ? (value ?? OWN) : null)}
      />
      {value && (
        <>
          {KINDS.map((kind) => (
            <Checkbox
              key={kind.value}
              label={`Tell ${kind.label}`}
              checked={on.includes(kind.value)}
              disabled={readOnly}
              onChange={(event) =>
                change({
                  on: event.currentTarget.checked
                    ? [...on, kind.value]
                    : on.filter((one) => one !== kind.value),
                })
              }
            />
          ))}
          <Checkbox
            label="By e-mail"
            description={mail?.lacks}
            checked={value.mail}
            disabled={readOnly}
            onChange={(event) => change({ mail: event.currentTarget.checked })}
          />
          {value.mail && (
            <TextInput
              label="Addresses"
              description="Separated by commas. Empty: where the server sends all notifications."
              placeholder={mail?.target ?? 'you@example.com'}
              value={value.email ?? ''}
              disabled={readOnly}
              onChange={(event) => change({ email: event.currentTarget.value || null })}
            />
          )}
          <Checkbox
            label={chat?.target ? `Through ${chat.target}` : 'Through a chat service'}
            description={chat?.lacks}
            checked={value.chat}
            disabled={readOnly}
            onChange={(event) => change({ chat: event.currentTarget.checked })}
          />
        </>
      )}
      <Button size="xs" w="fit-content" loading={trial.isPending} onClick={() => trial.mutate()}>
        Send a test
      </Button>
      <output>
        {trial.error && <p className={classes.description}>Nothing was sent. {describe(trial.error)}</p>}
        {trial.data?.results.map((result) => (
          <p key={result.channel} className={classes.description}>
            {result.channel === 'mail' ? 'E-mail' : 'Chat'}:{' '}
            {result.sent ? 'sent' : `not sent. ${result.error}`}
          </p>
        ))}
      </output>
      {error && <p className={classes.description}>How the server is set is not known. {describe(error)}</p>}
      {failed && (
        <p className={classes.description} role="status">
          The last notification that failed: “{failed.subject}”. {failed.error}
        </p>
      )}
    </section>
  );
}
