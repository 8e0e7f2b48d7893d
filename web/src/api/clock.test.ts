import { afterEach, expect, it } from 'vitest';
import { noteServerTime, serverNow } from './clock';

const say = (date: string) => noteServerTime(new Headers({ date }));
const off = () => Math.abs(serverNow() - Date.now());

afterEach(() => say(new Date().toUTCString()));

it('goes by the clock of the server, wherever the clocks differ', () => {
  for (const minutes of [-60, 5]) {
    say(new Date(Date.now() + minutes * 60_000).toUTCString());
    expect(Math.abs(off() - Math.abs(minutes) * 60_000)).toBeLessThan(1_500);
  }
});

it('leaves a clock alone that is right, and a header that says nothing', () => {
  say(new Date().toUTCString());
  expect(off()).toBeLessThan(100);
  say('never');
  noteServerTime(new Headers());
  expect(off()).toBeLessThan(100);
});
