/** Which fields keep a text that was typed, and so an undo of their own. */

const TEXTLESS = new Set([
  'button',
  'checkbox',
  'color',
  'file',
  'image',
  'radio',
  'range',
  'reset',
  'submit',
]);

/** True in a field whose text Ctrl+Z takes back: any but the command bar while it is empty. */
export function hasTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement)
    return target.value !== '' || target.dataset.commandBar === undefined;
  if (target instanceof HTMLInputElement) return !TEXTLESS.has(target.type);
  return target instanceof HTMLElement && target.isContentEditable === true;
}
