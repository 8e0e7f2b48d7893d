import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepComposing } from './inputMethod';

const heard = vi.fn();
let stop: () => void;

beforeEach(() => {
  stop = keepComposing();
  document.body.addEventListener('keydown', heard);
});
afterEach(() => {
  stop();
  document.body.removeEventListener('keydown', heard);
  heard.mockClear();
});

const press = (init: KeyboardEventInit) =>
  document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }));

it.each([
  { key: 'Enter', keyCode: 229 }, // as Safari tells of the key that ended a word
  { key: 'Enter', isComposing: true },
  { key: 'Escape', keyCode: 229 },
])('keeps %o for the input method', (init) => {
  press(init);
  expect(heard).not.toHaveBeenCalled();
});

it.each([
  { key: 'Enter', keyCode: 13 },
  { key: 'a', keyCode: 229 },
])('lets %o through', (init) => {
  press(init);
  expect(heard).toHaveBeenCalledOnce();
});
