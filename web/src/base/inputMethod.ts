/**
 * While a word is put together (Japanese, Chinese, an accent), Enter and Esc belong to the input method. Safari ends the
 * word before it tells of the key that ended it, and marks that one with the old code of such keys alone.
 */
const OF_THE_INPUT_METHOD = 229;

/** Before every other listener: to the page such a key was never pressed. */
export function keepComposing(): () => void {
  const onKey = (event: KeyboardEvent) => {
    const composes = event.isComposing || event.keyCode === OF_THE_INPUT_METHOD;
    if (composes && ['Enter', 'Escape'].includes(event.key)) event.stopImmediatePropagation();
  };
  window.addEventListener('keydown', onKey, true);
  return () => window.removeEventListener('keydown', onKey, true);
}
