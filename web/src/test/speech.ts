import { vi } from 'vitest';

/** A browser that can speak: what it was told to say, with a line where it was made to fall silent. */
export function speechHeard(): string[] {
  const heard: string[] = [];
  vi.stubGlobal(
    'SpeechSynthesisUtterance',
    class {
      lang = '';
      constructor(readonly text: string) {}
    },
  );
  vi.stubGlobal('speechSynthesis', {
    speak: ({ text }: { text: string }) => heard.push(text),
    cancel: () => heard.push('(silence)'),
  });
  return heard;
}
