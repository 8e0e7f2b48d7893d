/** Reads answers out, where the user wants that and the browser can. */
import { useVoiceOptions } from './voiceOptions';

const LONGEST = 400;

export function canSpeak(): boolean {
  return 'speechSynthesis' in window;
}

/** The last answer replaces what is still being said, unless it is to come `after` that. */
export function speak(text: string, { after = false } = {}): void {
  if (!useVoiceOptions.getState().speak || !canSpeak() || !text.trim()) return;
  if (!after) window.speechSynthesis.cancel();
  const said = new SpeechSynthesisUtterance(text.slice(0, LONGEST));
  said.lang = 'en';
  window.speechSynthesis.speak(said);
}

/** Nobody should talk over the user. */
export function hush(): void {
  if (canSpeak()) window.speechSynthesis.cancel();
}
