import { useSyncExternalStore } from 'react';
import { serverNow } from '@/api/clock';

const EVERY_MS = 30_000;

let now = serverNow();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function look(): void {
  now = serverNow();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(look, EVERY_MS);
  look(); // whoever comes sees the time as it is, and those who are there the same
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in milliseconds, half a minute old at most; the same in all parts of the page. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => now);
}
