/** How the user wants to speak. Kept in this browser. */

import { create } from 'zustand';
import { fromJson, toJson } from '@/api/json';

export type AfterSpeaking = 'check' | 'plan' | 'run';

export interface VoiceOptions {
  /** Check the text first; plan at once; or plan at once, and run when nothing is open or in doubt. */
  after: AfterSpeaking;
  stopOnPause: boolean;
  speak: boolean;
}

const KEY = 'voicegraph-voice';
const DELIVERED: VoiceOptions = { after: 'check', stopOnPause: true, speak: false };

function kept(): VoiceOptions {
  try {
    const found: unknown = fromJson(localStorage.getItem(KEY) ?? '{}');
    const { after, stopOnPause, speak } = found as Partial<VoiceOptions>;
    return {
      after: after === 'plan' || after === 'run' ? after : DELIVERED.after,
      stopOnPause: typeof stopOnPause === 'boolean' ? stopOnPause : DELIVERED.stopOnPause,
      speak: typeof speak === 'boolean' ? speak : DELIVERED.speak,
    };
  } catch {
    return DELIVERED;
  }
}

export const useVoiceOptions = create<VoiceOptions & { choose: (change: Partial<VoiceOptions>) => void }>()(
  (set, get) => ({
    ...kept(),
    choose: (change) => {
      set(change);
      const { after, stopOnPause, speak } = get();
      try {
        localStorage.setItem(KEY, toJson({ after, stopOnPause, speak }));
      } catch {
        // Not kept, then: it still holds until the page is left.
      }
    },
  }),
);
