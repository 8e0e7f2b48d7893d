import { expect, it } from 'vitest';
import { hasTyping } from './textFields';

function field(html: string): Element | null {
  document.body.innerHTML = html;
  return document.body.firstElementChild;
}

it.each([
  ['<input value="typed">', true],
  ['<input>', true],
  ['<textarea></textarea>', true],
  ['<textarea data-command-bar="true">typed</textarea>', true],
  ['<textarea data-command-bar="true"></textarea>', false],
  ['<input type="checkbox">', false],
  ['<select></select>', false],
  ['<button>Run</button>', false],
])('%s keeps an undo of its own: %s', (html, own) => {
  expect(hasTyping(field(html))).toBe(own);
});
