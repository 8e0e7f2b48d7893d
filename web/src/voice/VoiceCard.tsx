import { ActionIcon, Button, Kbd } from '@mantine/core';
import { IconAlertTriangle, IconX } from '@tabler/icons-react';
import { useVoiceOptions } from '@/base/voiceOptions';
import type { VoiceState } from './machine';
import classes from './voice.module.css';
import { useVoice } from './voiceStore';

const BARS = 24;

/** Above the command bar while somebody speaks, and for what came of it. */
export function VoiceCard() {
  const state = useVoice((voice) => voice.state);
  const { cancel, press } = useVoice.getState();
  if (state.kind === 'idle') return null;
  if (state.kind === 'heard') return <Heard state={state} onClose={cancel} />;
  if (state.kind === 'problem') {
    return (
      <div className={classes.card} role="alert" data-problem={state.problem}>
        <IconAlertTriangle size={18} aria-hidden className={classes.warn} />
        <span className={classes.words}>{state.message}</span>
        <Button size="xs" onClick={() => void press()}>
          Try again
        </Button>
        <ActionIcon size="sm" aria-label="Close this message" data-esc onClick={cancel}>
          <IconX size={15} aria-hidden />
        </ActionIcon>
      </div>
    );
  }
  return (
    <section className={classes.card} aria-label="Voice">
      {state.kind === 'listening' && <Meter />}
      <output className={classes.words}>
        <Progress state={state} />
      </output>
      <Button size="xs" onClick={cancel}>
        Cancel <Kbd ml={6}>Esc</Kbd>
      </Button>
    </section>
  );
}

function Progress({ state }: { state: VoiceState }) {
  const stopOnPause = useVoiceOptions((options) => options.stopOnPause);
  if (state.kind === 'asking') return <>Allow the microphone in your browser…</>;
  if (state.kind === 'listening') {
    if (state.held) return <>Listening… let go of the space bar when you are done.</>;
    return <>Listening… {stopOnPause ? 'pause when you are done.' : 'press the button when you are done.'}</>;
  }
  if (state.kind !== 'sending') return null;
  return state.loading ? (
    <>Loading the speech model {state.loading}; only the first recording waits for it…</>
  ) : (
    <>Understanding…</>
  );
}

/** What was heard word for word, where something else was made of it. */
function Heard({ state, onClose }: { state: VoiceState & { kind: 'heard' }; onClose: () => void }) {
  const { text, raw } = state.transcript;
  const checks = useVoiceOptions((options) => options.after === 'check');
  if (text === raw && !checks) return null;
  return (
    <section className={classes.card} aria-label="What was heard">
      <div className={classes.words}>
        {text !== raw && <div className={classes.raw}>Heard: “{raw}”</div>}
        {checks && <output>Check the text, then press Enter.</output>}
      </div>
      <ActionIcon size="sm" aria-label="Close this message" data-esc onClick={onClose}>
        <IconX size={15} aria-hidden />
      </ActionIcon>
    </section>
  );
}

function Meter() {
  const level = useVoice((voice) => voice.level);
  const loud = Math.min(1, Math.sqrt(level * 3));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a meter element has no bars of its own to style
    <div
      className={classes.meter}
      role="meter"
      aria-label="Loudness of the microphone"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(loud * 100)}
    >
      {Array.from({ length: BARS }, (_, bar) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars never move
        <span key={bar} data-on={bar < Math.round(loud * BARS) || undefined} />
      ))}
    </div>
  );
}
