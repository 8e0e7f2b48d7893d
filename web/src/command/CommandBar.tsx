import { ActionIcon, Loader, SegmentedControl, Textarea } from '@mantine/core';
import { IconArrowUp, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { Tooltip } from '@/base/Tooltip';
import { ACCENT } from '@/base/theme';
import { type Mode, useUi } from '@/base/ui';
import { useVoiceOptions } from '@/base/voiceOptions';
import type { VoiceState } from '@/voice/machine';
import { useTalkKey } from '@/voice/useTalkKey';
import { VoiceButton } from '@/voice/VoiceButton';
import { VoiceCard } from '@/voice/VoiceCard';
import { useVoice } from '@/voice/voiceStore';
import { planBase, useEditor } from '@/workflow/editor';
import { isEmpty } from '@/workflow/ops';
import { acceptProposal } from './acceptProposal';
import classes from './CommandBar.module.css';
import { onFocusRequest } from './commandBarFocus';
import { ProposalCard } from './ProposalCard';
import { RefusalCard } from './RefusalCard';
import { RunControls } from './RunControls';
import { usePlan } from './usePlan';

const MODES = [
  { value: 'edit', label: 'Edit' },
  { value: 'new', label: 'New' },
];

/** The primary action: say what should happen, then run it. */
export function CommandBar() {
  const { command, mode, set } = useUi();
  const empty = useEditor((state) => isEmpty(planBase(state)));
  const { plan, askModel, cancel, dismiss, planning, refusal } = usePlan();
  const field = useRef<HTMLTextAreaElement>(null);
  const editing = !empty && mode === 'edit';

  useEffect(() => onFocusRequest(() => field.current?.focus()), []);
  // Behind a past run nobody sees what is heard, and coming back must not carry it out again.
  useEffect(() => () => useVoice.getState().cancel(), []);
  useTalkKey();
  useTranscript((text, confidence) => {
    set({ command: text });
    const { after } = useVoiceOptions.getState();
    if (after === 'check') field.current?.focus();
    else plan(text, after === 'run' ? confidence : undefined);
  });

  const submit = () => {
    if (planning) return;
    if (!command.trim()) return void acceptProposal();
    useVoice.getState().cancel(); // what was heard has been used
    plan(command);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (!event.repeat) submit(); // held a moment too long, the key would accept what nobody has read
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && empty) submit(); // nothing to run yet
  };
  const takeExample = (text: string) => {
    set({ command: text });
    dismiss();
    field.current?.focus();
  };

  return (
    <div className={classes.stack}>
      {refusal && <RefusalCard refusal={refusal} onExample={takeExample} onClose={dismiss} />}
      <ProposalCard onAskModel={askModel} />
      <VoiceCard />
      <form
        className={classes.bar}
        aria-label="Command bar"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className={classes.say}>
          <Textarea
            ref={field}
            variant="unstyled"
            className={classes.field}
            classNames={{ input: classes.input }}
            aria-label="Describe the workflow"
            data-command-bar
            placeholder={editing ? 'Say what to change…' : 'Say what should happen…'}
            value={command}
            onChange={(event) => set({ command: event.currentTarget.value })}
            onKeyDown={onKeyDown}
            autosize
            minRows={1}
            maxRows={5}
            maxLength={4_000}
            autoFocus
          />
          <VoiceButton />
          {planning ? (
            <Tooltip label="Stop planning">
              <ActionIcon size={36} radius="lg" aria-label="Stop planning" onClick={cancel}>
                <span className={classes.planning}>
                  <Loader size={30} color="gray" type="oval" />
                  <IconX size={14} aria-hidden />
                </span>
              </ActionIcon>
            </Tooltip>
          ) : (
            <Tooltip label={editing ? 'Plan the change (Enter)' : 'Plan the workflow (Enter)'}>
              <ActionIcon
                type="submit"
                size={36}
                radius="lg"
                variant={empty ? 'filled' : 'default'}
                color={empty ? ACCENT : 'gray'}
                aria-label={editing ? 'Plan the change' : 'Plan the workflow'}
                disabled={!command.trim()}
              >
                <IconArrowUp size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </div>
        {!empty && (
          <div className={classes.row}>
            <SegmentedControl
              size="xs"
              radius="md"
              data={MODES}
              value={mode}
              onChange={(value) => set({ mode: value as Mode })}
              aria-label="What the sentence does: edit this workflow, or plan a new one"
            />
            <RunControls />
          </div>
        )}
      </form>
      <output className="sr-only">{planning ? 'Planning…' : ''}</output>
    </div>
  );
}

/** Calls back once for each transcript that comes in. */
function useTranscript(onHeard: (text: string, confidence: number) => void): void {
  const state = useVoice((voice) => voice.state);
  const taken = useRef<VoiceState | null>(null);
  useEffect(() => {
    if (state.kind !== 'heard' || taken.current === state) return;
    taken.current = state;
    onHeard(state.transcript.text, state.transcript.confidence);
  });
}
