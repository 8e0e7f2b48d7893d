/** Runs the state machine of `machine.ts` against the browser's microphone and the server. */
import { create } from 'zustand';
import { api } from '@/api/client';
import { ApiError, describe, isAbort } from '@/api/http';
import { hush } from '@/base/speak';
import { useVoiceOptions } from '@/base/voiceOptions';
import { type Capture, CaptureError, startCapture } from './capture';
import { IDLE, isBusy, next, type Problem, type VoiceEvent, type VoiceState } from './machine';
import { type Ears, hear, isOver, newEars } from './silence';

const MIN_MS = 300;
const MAX_MS = 590_000;
const MAX_BYTES = 25 * 1024 * 1024;
const LOADING_SHOWN_MS = 800;
const RETRY_MS = 2_000;

interface VoiceStore {
  state: VoiceState;
  /** Loudness of the microphone, 0 to 1. */
  level: number;
  /** Start, or finish what is going on. `held`: until `release`, however long the pauses. */
  press: (held?: boolean) => Promise<void>;
  release: () => void;
  cancel: () => void;
  useFile: (file: File) => Promise<void>;
}

export const useVoice = create<VoiceStore>()((set, get) => {
  let capture: Capture | null = null;
  let abort: AbortController | null = null;
  /** Counts the recordings: what comes late of a cancelled one must not touch the next. */
  let turn = 0;

  const dispatch = (event: VoiceEvent): VoiceState => {
    const state = next(get().state, event);
    set({ state });
    return state;
  };
  const fail = (problem: Problem, message?: string) =>
    dispatch({ type: 'problem', problem, ...(message === undefined ? {} : { message }) });
  const letGo = () => {
    capture?.close();
    capture = null;
    set({ level: 0 });
  };

  const finish = async () => {
    if (!capture || get().state.kind !== 'listening') return;
    const recording = capture;
    const mine = turn;
    dispatch({ type: 'stop' });
    const { audio, ms } = await recording.stop();
    if (turn !== mine) return; // cancelled meanwhile
    letGo();
    if (ms < MIN_MS) fail('too_short');
    else await send(audio);
  };

  const listen = (ears: Ears, ms: number) => {
    const { state } = get();
    if (state.kind !== 'listening') return;
    const pauses = useVoiceOptions.getState().stopOnPause && !state.held && isOver(ears);
    if (!pauses && ms < MAX_MS) return;
    if (ears.spoke || ms >= MAX_MS) void finish();
    else {
      fail('nothing');
      letGo();
    }
  };

  const send = async (audio: Blob) => {
    const controller = new AbortController();
    abort = controller;
    const timer = setTimeout(() => void noteLoading(controller.signal), LOADING_SHOWN_MS);
    try {
      const { text, raw, confidence } = await transcribe(audio, controller.signal);
      dispatch({ type: 'heard', transcript: { text, raw, confidence } });
    } catch (error) {
      if (!isAbort(error)) fail(problemOf(error), describe(error));
    } finally {
      clearTimeout(timer);
    }
  };

  const noteLoading = async (signal: AbortSignal) => {
    const { speech } = await api.info().catch(() => ({ speech: null }));
    if (speech?.state === 'loading' && !signal.aborted) dispatch({ type: 'loading', model: speech.model });
  };

  return {
    state: IDLE,
    level: 0,
    press: async (held = false) => {
      if (get().state.kind === 'listening') return finish();
      if (isBusy(get().state)) return;
      hush();
      turn += 1;
      const mine = turn;
      dispatch({ type: 'press', held });
      api.prepareSpeech().catch(() => undefined); // what is wrong there is said when the recording is sent
      let ears = newEars();
      let heardMs = 0;
      try {
        const opened = await startCapture((level, ms) => {
          if (turn !== mine) return;
          ears = hear(ears, level, ms);
          heardMs += ms;
          set({ level });
          listen(ears, heardMs);
        });
        if (turn !== mine) return opened.close(); // cancelled while the browser asked for the microphone
        const state = dispatch({ type: 'granted' });
        capture = opened;
        if (state.kind === 'listening') return;
        letGo();
        if (state.kind === 'asking') fail('too_short'); // the key was let go before the microphone was there
      } catch (error) {
        if (turn === mine) fail(error instanceof CaptureError ? error.problem : 'busy');
      }
    },
    release: () => {
      dispatch({ type: 'release' });
      void finish();
    },
    cancel: () => {
      turn += 1;
      abort?.abort();
      dispatch({ type: 'cancel' });
      letGo();
    },
    useFile: async (file) => {
      if (isBusy(get().state)) return;
      hush();
      dispatch({ type: 'send' });
      if (file.size > MAX_BYTES) fail('failed', 'The file has more than 25 MB. Send a shorter recording.');
      else await send(file);
    },
  };
});

/** As `api.transcribe`, waiting for a model that is still on its way. */
async function transcribe(audio: Blob, signal: AbortSignal) {
  for (;;) {
    try {
      return await api.transcribe(audio, signal);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'speech_loading') throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function problemOf(error: unknown): Problem {
  const code = error instanceof ApiError ? error.code : '';
  if (code === 'too_short') return 'too_short';
  return code === 'silent' || code === 'empty' ? 'nothing' : 'failed';
}
