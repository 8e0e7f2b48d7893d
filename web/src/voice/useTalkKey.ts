import { useEffect } from 'react';
import { modalOpen } from '@/base/openModals';
import { isBusy } from './machine';
import { useVoice } from './voiceStore';

/** What takes the space bar for itself when it has the focus. */
const TAKES_SPACE =
  'input, textarea, select, button, a, summary, [contenteditable="true"], [role="button"], [role="menuitem"], [role="option"]';

/** Hold the space bar to talk; Esc throws a recording away (shell/escape.ts). */
export function useTalkKey(): void {
  useEffect(() => {
    let held = false;
    const down = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (modalOpen() || (event.target instanceof Element && event.target.closest(TAKES_SPACE))) return;
      event.preventDefault(); // nor may the page scroll
      if (event.repeat || held || isBusy(useVoice.getState().state)) return;
      held = true;
      void useVoice.getState().press(true);
    };
    const up = (event: KeyboardEvent) => {
      if (event.code === 'Space') release();
    };
    const release = () => {
      if (!held) return;
      held = false;
      useVoice.getState().release();
    };
    window.addEventListener('keydown', down, true);
    window.addEventListener('keyup', up, true);
    window.addEventListener('blur', release);
    return () => {
      window.removeEventListener('keydown', down, true);
      window.removeEventListener('keyup', up, true);
      window.removeEventListener('blur', release);
    };
  }, []);
}
