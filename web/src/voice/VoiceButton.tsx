import { ActionIcon, Loader, Menu } from '@mantine/core';
import { IconChevronUp, IconFileMusic, IconMicrophone, IconPlayerStopFilled } from '@tabler/icons-react';
import { useRef } from 'react';
import { useInfo } from '@/api/queries';
import { canSpeak, hush } from '@/base/speak';
import { Tooltip } from '@/base/Tooltip';
import { type AfterSpeaking, useVoiceOptions } from '@/base/voiceOptions';
import classes from './voice.module.css';
import { useVoice } from './voiceStore';

const AFTER: [AfterSpeaking, string][] = [
  ['check', 'Let me check the text'],
  ['plan', 'Plan at once'],
  ['run', 'Plan, and run when nothing is open'],
];
const ACCEPTED = 'audio/*,video/webm,video/mp4,.m4a,.ogg,.mp3,.wav,.webm';

/** Press, speak, pause. The little menu beside it holds an audio file and the options. */
export function VoiceButton() {
  const kind = useVoice((voice) => voice.state.kind);
  const { press, cancel } = useVoice.getState();
  const listening = kind === 'listening';
  const waiting = kind === 'asking' || kind === 'sending';
  const label = listening ? 'Stop and use it' : waiting ? 'Cancel the recording' : 'Speak';
  return (
    <div className={classes.buttons}>
      <Tooltip label={listening || waiting ? label : 'Speak (hold the space bar outside fields)'}>
        <ActionIcon
          size={36}
          radius="lg"
          className={classes.talk}
          data-listening={listening || undefined}
          aria-label={label}
          onClick={() => (waiting ? cancel() : void press())}
        >
          {listening ? (
            <IconPlayerStopFilled size={17} aria-hidden />
          ) : waiting ? (
            <Loader size={18} color="gray" />
          ) : (
            <IconMicrophone size={19} aria-hidden />
          )}
        </ActionIcon>
      </Tooltip>
      <VoiceMenu />
    </div>
  );
}

function VoiceMenu() {
  const file = useRef<HTMLInputElement>(null);
  const { after, stopOnPause, speak, choose } = useVoiceOptions();
  const { data: info } = useInfo();
  return (
    <>
      <Menu position="top-end" width={290} withinPortal>
        <Menu.Target>
          <ActionIcon size={22} radius="lg" aria-label="Voice options" className={classes.more}>
            <IconChevronUp size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconFileMusic size={16} aria-hidden />}
            onClick={() => file.current?.click()}
          >
            Use an audio file…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>After speaking</Menu.Label>
          <Menu.RadioGroup value={after} onChange={(value) => choose({ after: value as AfterSpeaking })}>
            {AFTER.map(([value, words]) => (
              <Menu.RadioItem key={value} value={value} closeMenuOnClick={false}>
                {words}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.CheckboxItem
            checked={stopOnPause}
            onChange={(on) => choose({ stopOnPause: on })}
            closeMenuOnClick={false}
          >
            Stop when I pause
          </Menu.CheckboxItem>
          {canSpeak() && (
            <Menu.CheckboxItem
              checked={speak}
              onChange={(on) => {
                choose({ speak: on });
                if (!on) hush();
              }}
              closeMenuOnClick={false}
            >
              Speak answers
            </Menu.CheckboxItem>
          )}
          {info?.speech && (
            <Menu.Label>
              {info.speech.engine === 'embedded'
                ? `Understood on this machine (${info.speech.model})`
                : `Sent to ${info.speech.model}`}
            </Menu.Label>
          )}
        </Menu.Dropdown>
      </Menu>
      <input
        ref={file}
        type="file"
        hidden
        accept={ACCEPTED}
        aria-label="Audio file"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = ''; // so that the same file can be taken again
          if (chosen) void useVoice.getState().useFile(chosen);
        }}
      />
    </>
  );
}
