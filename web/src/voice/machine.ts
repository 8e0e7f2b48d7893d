/** What the microphone button is doing, as a pure state machine: no browser in it, so that every way through is tested. */

export type Problem =
  | 'insecure'
  | 'unsupported'
  | 'denied'
  | 'missing'
  | 'busy'
  | 'too_short'
  | 'nothing'
  | 'failed';

export interface Transcript {
  /** As it is meant to be written. */
  text: string;
  /** As it was heard. */
  raw: string;
  confidence: number;
}

export type VoiceState =
  | { kind: 'idle' }
  | { kind: 'asking'; held: boolean; released: boolean }
  | { kind: 'listening'; held: boolean }
  | { kind: 'sending'; loading: string | null }
  | { kind: 'heard'; transcript: Transcript }
  | { kind: 'problem'; problem: Problem; message: string };

export type VoiceEvent =
  | { type: 'press'; held: boolean }
  | { type: 'granted' }
  | { type: 'release' }
  | { type: 'stop' }
  | { type: 'send' }
  | { type: 'loading'; model: string }
  | { type: 'heard'; transcript: Transcript }
  | { type: 'problem'; problem: Problem; message?: string }
  | { type: 'cancel' };

export const IDLE: VoiceState = { kind: 'idle' };

/** What to tell the user, where the server has not said it better. */
export const PROBLEMS: Record<Problem, string> = {
  insecure:
    'The browser does not give the microphone to this page, because its address is neither https:// nor this machine. Open it as http://127.0.0.1:8000, or use an audio file.',
  unsupported: 'This browser cannot record. Use another one, or an audio file.',
  denied:
    'The microphone is blocked for this page. Allow it in the symbol beside the address, then try again.',
  missing: 'No microphone was found. Plug one in, or use an audio file.',
  busy: 'The microphone cannot be opened; another program may be using it. Close that, then try again.',
  too_short: 'That was too short to hold a word. Press once, speak, and pause; or hold the space bar.',
  nothing: 'Nothing was understood. Look at the meter while you speak: it must move.',
  failed: 'The recording could not be understood. Try again.',
};

/** The state after an event. What does not fit the state changes nothing: a late answer of a cancelled recording, say. */
export function next(state: VoiceState, event: VoiceEvent): VoiceState {
  switch (event.type) {
    case 'cancel':
      return IDLE;
    case 'press':
      return isBusy(state) ? state : { kind: 'asking', held: event.held, released: false };
    case 'granted':
      return state.kind === 'asking' && !state.released ? { kind: 'listening', held: state.held } : state;
    case 'release':
      return state.kind === 'asking' ? { ...state, released: true } : state;
    case 'stop':
      return state.kind === 'listening' ? { kind: 'sending', loading: null } : state;
    case 'send':
      return isBusy(state) ? state : { kind: 'sending', loading: null };
    case 'loading':
      return state.kind === 'sending' ? { kind: 'sending', loading: event.model } : state;
    case 'heard':
      return state.kind === 'sending' ? { kind: 'heard', transcript: event.transcript } : state;
    case 'problem':
      return state.kind === 'idle'
        ? state
        : { kind: 'problem', problem: event.problem, message: event.message ?? PROBLEMS[event.problem] };
  }
}

/** Something is under way that Esc ends. */
export function isBusy(state: VoiceState): boolean {
  return state.kind === 'asking' || state.kind === 'listening' || state.kind === 'sending';
}
