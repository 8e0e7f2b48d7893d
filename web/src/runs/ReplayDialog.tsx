import { Button, Group, Loader, SegmentedControl, Stack, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { describe } from '@/api/http';
import { fromJson, isExact, toJson } from '@/api/json';
import type { RunConfig, RunSummary } from '@/api/types';
import { Dialog } from '@/base/Dialog';
import { Note } from '@/base/Note';
import { ACCENT } from '@/base/theme';
import { usePhone } from '@/base/usePhone';
import { replay } from './replayRun';

interface Props {
  run: { id: string; engine: RunSummary['engine'] };
  /** What a list calls the run. */
  said?: string;
  onClose: () => void;
}

/** The values a run was given, to be changed before it is run again. */
export function ReplayDialog({ run, said, onClose }: Props) {
  const phone = usePhone();
  const origin = useQuery({ queryKey: ['run-config', run.id], queryFn: () => api.run(run.id) });
  return (
    <Dialog opened onClose={onClose} title="Replay with other values" fullScreen={phone} size="lg">
      {origin.isPending && <Loader size="sm" color="gray" />}
      {origin.error && <Note tone="error">{describe(origin.error)}</Note>}
      {origin.data && (
        <Values run={run} {...(said ? { said } : {})} config={origin.data.config} onClose={onClose} />
      )}
    </Dialog>
  );
}

function parse(text: string): RunConfig | null {
  try {
    const value: unknown = fromJson(text.trim() || '{}');
    return value !== null && typeof value === 'object' && !Array.isArray(value) && !isExact(value)
      ? (value as RunConfig)
      : null;
  } catch {
    return null;
  }
}

function Values({ run, said, config, onClose }: Props & { config: RunConfig }) {
  const [text, setText] = useState(() => toJson(config, 2));
  const [mode, setMode] = useState<'live' | 'background'>(run.engine === 'live' ? 'live' : 'background');
  const changed = parse(text);
  const start = useMutation({
    mutationFn: () => replay(run.id, { config: changed ?? {}, mode }, said),
    onSuccess: (started) => started && onClose(),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) start.mutate();
      }}
    >
      <Stack gap="md">
        <Textarea
          label="Values of the run"
          description="What was answered before it ran: shared values by name, and params by node. JSON."
          autosize
          minRows={6}
          maxRows={18}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12.5 } }}
          value={text}
          error={changed ? undefined : 'This is not a JSON object yet.'}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        <SegmentedControl
          aria-label="How it runs"
          value={mode}
          onChange={(value) => setMode(value as typeof mode)}
          data={[
            { value: 'live', label: 'Live' },
            { value: 'background', label: 'In the background' },
          ]}
        />
        <Group justify="flex-end" gap="sm">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" color={ACCENT} loading={start.isPending} disabled={!changed}>
            Replay
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
