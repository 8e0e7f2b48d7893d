/** Lets any part of the page put the cursor into the command bar. */
const listeners = new Set<() => void>();

export function focusCommandBar(): void {
  for (const listener of listeners) listener();
}

export function onFocusRequest(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
